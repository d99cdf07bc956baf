# ondelete by SQLModel's word, and everything else by ForeignKey.
from sqlalchemy import Column, ForeignKey, Integer
from sqlmodel import Field, SQLModel


class Parent(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)


class Child(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    a: int = Field(foreign_key="parent.id", ondelete="CASCADE")
    b: int | None = Field(default=None, foreign_key="parent.id", ondelete="SET NULL", nullable=True)
    c: int = Field(foreign_key="parent.id", ondelete="RESTRICT")
    d: int = Field(sa_column=Column(Integer, ForeignKey("parent.id", onupdate="CASCADE", ondelete="SET DEFAULT")))
    e: int = Field(sa_column=Column(ForeignKey("parent.id", name="child_e_parent")))
    f: int | None = Field(
        default=None,
        sa_column=Column(Integer, ForeignKey("parent.id", deferrable=True, initially="DEFERRED"), nullable=True),
    )
