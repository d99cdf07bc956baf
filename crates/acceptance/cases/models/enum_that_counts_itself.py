# An enum that says what `auto()` gives, and one of its members as a default of the server.
from enum import Enum, auto

from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Named(str, Enum):
    @staticmethod
    def _generate_next_value_(name, *_):
        return name.lower()

    @staticmethod
    def next():
        return auto()


class Status(Named):
    NOT_READY = Named.next()
    READY = Named.next()
    PAUSED = "on hold"


class Queue(Base):
    __tablename__ = "queue"
    id = Column(Integer, primary_key=True)
    status = Column(String(20), server_default=Status.NOT_READY)
    before = Column(String(20), server_default=Status.PAUSED.value)
