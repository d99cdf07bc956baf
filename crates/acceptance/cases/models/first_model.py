# The model of the README: an optional key, an index, a foreign key, an optional column.
from datetime import datetime

from sqlmodel import Field, SQLModel


class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str


class Email(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    subject: str = Field(index=True)
    user_id: int = Field(foreign_key="user.id")
    archived_at: datetime | None = None
