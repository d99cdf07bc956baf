# AUTOINCREMENT of SQLite, with and without a name for the key.
from sqlalchemy import Column, Integer, MetaData, String
from sqlalchemy.orm import declarative_base

Base = declarative_base(metadata=MetaData(naming_convention={"pk": "pk_%(table_name)s"}))
Plain = declarative_base()


class Named(Base):
    __tablename__ = "named"
    __table_args__ = {"sqlite_autoincrement": True}
    id = Column(Integer, primary_key=True)
    text = Column(String(20))


class Unnamed(Plain):
    __tablename__ = "unnamed"
    __table_args__ = {"sqlite_autoincrement": True}
    id = Column(Integer, primary_key=True)
    text = Column(String(20))


class Usual(Base):
    __tablename__ = "usual"
    id = Column(Integer, primary_key=True)
