# default and default_factory belong to Python: the column gets no DEFAULT, and stays NOT NULL.
import uuid
from datetime import datetime, timezone

from sqlmodel import Field, SQLModel


def now() -> datetime:
    return datetime.now(timezone.utc)


class Job(SQLModel, table=True):
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    state: str = "new"
    attempts: int = 0
    created_at: datetime = Field(default_factory=now)
    paused: bool = Field(default=False)
