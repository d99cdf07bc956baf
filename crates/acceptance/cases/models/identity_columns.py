# GENERATED … AS IDENTITY with its options; SQLite ignores them.
from sqlalchemy import BigInteger, Column, Identity, Integer, SmallInteger
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class A(Base):
    __tablename__ = "a"
    id = Column(Integer, Identity(), primary_key=True)


class B(Base):
    __tablename__ = "b"
    id = Column(BigInteger, Identity(always=True, start=100, increment=10, cycle=True), primary_key=True)
    other = Column(SmallInteger)


class C(Base):
    __tablename__ = "c"
    id = Column(Integer, Identity(start=5, minvalue=5, maxvalue=5000, cache=20), primary_key=True)
