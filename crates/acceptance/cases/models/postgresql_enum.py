# The dialect's own ENUM, shared by two tables, and one that is said to exist already.
# engines: postgres
# before (postgres): CREATE TYPE weekday AS ENUM ('mon', 'tue')
import enum

from sqlalchemy import Column, Integer
from sqlalchemy.dialects.postgresql import ARRAY, ENUM
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Suit(enum.Enum):
    hearts = 1
    spades = 2


suit = ENUM(Suit, name="suit")
weekday = ENUM("mon", "tue", name="weekday", create_type=False)


class Card(Base):
    __tablename__ = "card"
    id = Column(Integer, primary_key=True)
    suit = Column(suit, nullable=False, server_default="hearts")
    day = Column(weekday)


class Hand(Base):
    __tablename__ = "hand"
    id = Column(Integer, primary_key=True)
    trump = Column(suit)
    suits = Column(ARRAY(suit))
