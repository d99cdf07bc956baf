# Keys of several columns, keys that do not count by themselves, a named key, a key in __table_args__.
import uuid

from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, SmallInteger, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Serial(Base):
    __tablename__ = "serial_key"
    id = Column(Integer, primary_key=True)


class Big(Base):
    __tablename__ = "big_key"
    id = Column(BigInteger, primary_key=True)


class Small(Base):
    __tablename__ = "small_key"
    id = Column(SmallInteger, primary_key=True)


class Manual(Base):
    __tablename__ = "manual_key"
    id = Column(Integer, primary_key=True, autoincrement=False)


class Text(Base):
    __tablename__ = "text_key"
    id = Column(String(36), primary_key=True)


class Pair(Base):
    __tablename__ = "pair_key"
    a = Column(Integer, primary_key=True)
    b = Column(Integer, primary_key=True)


class MixedPair(Base):
    __tablename__ = "mixed_pair_key"
    name = Column(String, primary_key=True)
    number = Column(Integer, primary_key=True)


class Named(Base):
    __tablename__ = "named_key"
    __table_args__ = (PrimaryKeyConstraint("b", "a", name="the_key"),)
    a = Column(Integer)
    b = Column(Integer)
