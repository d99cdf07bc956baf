# A base of one's own with its own metadata and registry, as SQLModel allows.
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Base(SQLModel, registry=registry()):
    metadata = MetaData(naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_name)s"})


class Bird(Base, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(index=True)
