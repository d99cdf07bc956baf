# unique=True alone makes a constraint; with index=True it makes a unique index.
from sqlmodel import Field, SQLModel


class Login(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    email: str = Field(unique=True, index=True)
    token: str = Field(index=True)
    alias: str | None = Field(default=None, unique=True)
