# __abstract__ classes are no tables; their columns come down.
from sqlalchemy import Column, DateTime, Integer, String, func
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Model(Base):
    __abstract__ = True
    id = Column(Integer, primary_key=True)
    created = Column(DateTime, nullable=False, server_default=func.now())


class NamedModel(Model):
    __abstract__ = True
    name = Column(String(60), nullable=False)


class Lion(NamedModel):
    __tablename__ = "lion"
    mane = Column(String)


class Event(Model):
    __tablename__ = "event"
