# Multiple inheritance of SQLModel mixins; the order of columns follows the bases.
import uuid
from datetime import datetime
from typing import Optional

from sqlmodel import Field, SQLModel


class UUIDModel(SQLModel):
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)


class TimestampModel(SQLModel):
    created_at: datetime = Field(default_factory=datetime.now, nullable=False)
    updated_at: Optional[datetime] = Field(default=None, index=True)


class SoftDelete(SQLModel):
    deleted_at: datetime | None = None


class Project(UUIDModel, TimestampModel, SoftDelete, table=True):
    name: str
    created_at: datetime = Field(index=True)


class Task(TimestampModel, UUIDModel, table=True):
    project_id: uuid.UUID = Field(foreign_key="project.id")
    title: str
