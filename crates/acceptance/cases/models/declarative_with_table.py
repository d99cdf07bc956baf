# A class around a Table of its own: __table__.
from sqlalchemy import Column, Integer, String, Table
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class Legacy(Base):
    __table__ = Table(
        "legacy",
        Base.metadata,
        Column("id", Integer, primary_key=True),
        Column("name", String(30), nullable=False),
    )
