# What SQLAlchemy itself raises an error for.
from sqlalchemy import Column, Integer, MetaData, Table
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Page(Base):
    __tablename__ = "page"
    id = Column(Integer, primary_key=True)
    views = Column(Integer, server_default=0)  #~ sqlalchemy-refuses: SQLAlchemy refuses `0` as a `server_default`: it takes a string or an expression (`text(…)`, `true()`)


class Line(Base):
    __tablename__ = "line"
    number = Column(Integer, primary_key=True, autoincrement=True)  #~ sqlalchemy-refuses (sqlite): SQLAlchemy refuses `autoincrement=True` in a key of several columns on SQLite
    page = Column(Integer, primary_key=True)


Table("fast", Base.metadata, Column("id", Integer, primary_key=True), prefixes=["UNLOGGED"])  #~ sqlalchemy-refuses (sqlite): SQLite has no unlogged tables
