# __table_args__ as a dict, and as a tuple that ends with one.
from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class Plain(SQLModel, table=True):
    __table_args__ = {"comment": "just a comment", "extend_existing": True}
    id: int | None = Field(default=None, primary_key=True)


class Both(SQLModel, table=True):
    __table_args__ = (
        UniqueConstraint("a", "b", name="both_unique"),
        {"comment": "a constraint and a comment", "sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    a: int
    b: int
