from datetime import datetime

from sqlmodel import Field, SQLModel

__all__ = ["Timestamped"]

NAME_LENGTH = 80


class Timestamped(SQLModel):
    created_at: datetime = Field(default_factory=datetime.now, index=True)


class _Hidden(SQLModel):
    pass
