# sa_type, sa_column_args and sa_column_kwargs refine what the annotation says.
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, DateTime, Text, func, text
from sqlmodel import Field, SQLModel


class Event(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    at: datetime = Field(sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()})
    body: str = Field(sa_type=Text)
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    state: str = Field(default="new", sa_column_kwargs={"server_default": "new", "comment": "where it stands"})
    count: int = Field(default=0, sa_column_args=(CheckConstraint("count >= 0"),), sa_column_kwargs={"server_default": text("0")})
    renamed: str = Field(sa_column_kwargs={"name": "other_name"})
