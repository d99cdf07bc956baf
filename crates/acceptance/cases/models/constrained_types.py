# pydantic's constrained types, and annotations that carry constraints.
import ipaddress
import pathlib
from typing import Annotated, Literal

from pydantic import AnyUrl, ByteSize, EmailStr, NonNegativeFloat, PositiveInt, StringConstraints, conint, constr
from sqlmodel import Field, SQLModel, String


class Constrained(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    email: EmailStr
    size: ByteSize = 0
    count: PositiveInt
    ratio: NonNegativeFloat | None = None
    short: constr(max_length=5)
    small: conint(gt=1, lt=9) = 2
    word: Annotated[str, StringConstraints(max_length=7)]
    path: pathlib.Path | None = None
    address: ipaddress.IPv4Address | None = None
    url: AnyUrl = Field(sa_type=String(500))
    state: Literal["draft", "public"] = Field(default="draft", sa_type=String(10))
