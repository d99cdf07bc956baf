# Names, lengths and types computed from constants of the module.
import os
from sqlalchemy import Column, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import declarative_base

Base = declarative_base()

NAME_LENGTH = 8 * 8
PREFIX = "app" + "_"
TABLE = f"{PREFIX}things"
NameType = String(NAME_LENGTH)
STATES = ("new", "done")
LIMITS = {"code": 12}


def short(length=LIMITS["code"]):
    return String(length)


def key_column(kind=Integer):
    return Column(kind, primary_key=True)


class Thing(Base):
    __tablename__ = TABLE
    __table_args__ = (UniqueConstraint("name", "code", name=f"uq_{TABLE}_name_code"),)

    MAX = 5

    id = key_column()
    name = Column(NameType, nullable=False)
    code = Column(short())
    other = Column(short(length=NAME_LENGTH // 2))
    state = Column(String(len(STATES[1])), server_default=text("'%s'" % STATES[0]))
    rank = Column(String(MAX))
