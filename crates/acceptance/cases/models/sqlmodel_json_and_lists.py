# Dicts and lists have no type of their own: they come with a column.
from typing import Any

from sqlalchemy import JSON, Column
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.mutable import MutableDict, MutableList
from sqlalchemy import String
from sqlmodel import Field, SQLModel


class Settings(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    tags: list[str] = Field(default_factory=list, sa_column=Column(JSON))
    options: dict[str, Any] = Field(default={}, sa_type=JSON)
    more: dict | None = Field(default=None, sa_column=Column(JSON().with_variant(JSONB, "postgresql"), nullable=True))
    mutable: dict = Field(sa_column=Column(MutableDict.as_mutable(JSON), nullable=False))
    items: list = Field(sa_type=MutableList.as_mutable(JSON()))
