# Comments on tables and columns; PostgreSQL keeps them, SQLite has none.
from sqlalchemy import Column, Integer, String
from sqlmodel import Field, SQLModel


class Noted(SQLModel, table=True):
    __table_args__ = {"comment": "it's a table"}

    id: int | None = Field(default=None, primary_key=True)
    a: str = Field(sa_column_kwargs={"comment": "first\nsecond line"})
    b: str = Field(sa_column=Column(String(5), comment="two"))
