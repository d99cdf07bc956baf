# Two classes for one table.
from sqlmodel import Field, SQLModel


class Page(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)


class OldPage(SQLModel, table=True):  #~ table-defined-twice: the table `page` is defined twice
    __tablename__ = "page"

    id: int | None = Field(default=None, primary_key=True)
