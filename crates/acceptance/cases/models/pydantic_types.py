# Types of pydantic: constrained ones, URLs, addresses.
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, Literal

from pydantic import AnyUrl, EmailStr, NonNegativeInt, PositiveInt, SecretStr, StringConstraints, condecimal, conint, constr
from sqlmodel import AutoString, Field, SQLModel


class Account(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    email: EmailStr
    recovery: EmailStr | None = Field(default=None, max_length=320)
    homepage: AnyUrl = Field(sa_type=AutoString)
    logins: NonNegativeInt = 0
    seats: PositiveInt
    age: conint(ge=0)
    nick: constr(max_length=20)
    balance: condecimal(max_digits=12, decimal_places=4)
    label: Annotated[str, StringConstraints(max_length=64)]
    ip4: IPv4Address
    ip6: IPv6Address
    kind: Literal["person", "robot"] = Field(sa_type=AutoString)
