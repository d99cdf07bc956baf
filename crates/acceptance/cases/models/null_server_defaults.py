# A default that is NULL is written, though it changes nothing.
from sqlalchemy import Column, Integer, String, null, text
from sqlmodel import Field, SQLModel


class Note(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    title: str | None = Field(default=None, sa_column=Column(String, server_default=text("NULL")))
    pages: int | None = Field(default=None, sa_column=Column(Integer, server_default=null()))
