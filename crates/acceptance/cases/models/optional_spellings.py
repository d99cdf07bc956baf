# All the ways to say that a column may be null.
import typing
from typing import Annotated, Optional, Union

from sqlmodel import Field, SQLModel


class Spelling(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    a: Optional[str] = None
    b: Union[str, None] = None
    c: str | None = None
    d: None | str = None
    e: "str | None" = None
    f: "Optional[str]" = None
    g: typing.Optional[int]
    h: Annotated[str | None, Field(max_length=10)] = None
    i: Annotated[Optional[str], "a note"] = None
    j: str = Field(nullable=True)
    k: str | None = Field(default=None, nullable=False)
    l: str
    m: Union[None, int] = Field(default=None)
