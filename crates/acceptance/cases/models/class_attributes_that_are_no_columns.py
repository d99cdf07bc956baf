# What stands in a model and makes no column.
from typing import Any, ClassVar

from pydantic import ConfigDict, PrivateAttr, computed_field, field_validator
from sqlmodel import Field, SQLModel


class Odd(SQLModel, table=True):
    model_config = ConfigDict(validate_assignment=True)
    registry_name: ClassVar[str] = "odd"
    limit: ClassVar[int] = 3
    _cache: dict = PrivateAttr(default_factory=dict)

    id: int | None = Field(default=None, primary_key=True)
    name: str

    @property
    def upper(self) -> str:
        return self.name.upper()

    @field_validator("name")
    @classmethod
    def strip(cls, value: str) -> str:
        return value.strip()


class NotATable(SQLModel):
    id: int
    ignored: str


class Old(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)

    class Config:
        arbitrary_types_allowed = True
