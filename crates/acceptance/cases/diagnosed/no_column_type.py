# Annotations that SQLModel has no column type for.
from typing import Literal

from sqlmodel import Field, SQLModel


class Page(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    tags: list[str]  #~ no-column-type: SQLModel has no column type for `list[…]`: give the field an `sa_type` or an `sa_column`
    state: Literal["draft", "public"]  #~ no-column-type: SQLModel has no column type for `Literal`: give the field an `sa_type` or an `sa_column`
