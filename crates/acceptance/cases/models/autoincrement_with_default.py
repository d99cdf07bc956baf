# When an integer key counts by itself: not with a default on the server, not as a foreign key.
from sqlalchemy import Column, ForeignKey, Integer, text
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Root(Base):
    __tablename__ = "root"
    id = Column(Integer, primary_key=True)


class Same(Base):
    __tablename__ = "same"
    id = Column(Integer, ForeignKey("root.id"), primary_key=True)


class Fixed(Base):
    __tablename__ = "fixed"
    id = Column(Integer, primary_key=True, server_default=text("5"))


class PythonSide(Base):
    __tablename__ = "python_side"
    id = Column(Integer, primary_key=True, default=lambda: 3)


class NeverReused(Base):
    __tablename__ = "never_reused"
    __table_args__ = {"sqlite_autoincrement": True}
    id = Column(Integer, primary_key=True)
