# A constraint over a column that the table does not have.
from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class Page(SQLModel, table=True):
    __table_args__ = (UniqueConstraint("titel"),)  #~ no-such-column: the table `page` has no column `titel`

    id: int | None = Field(default=None, primary_key=True)
    title: str
