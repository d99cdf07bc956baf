# Star imports and re-exports, of a base, of columns, of types.
from app.database import *
from app.types import Money as Cash


class Account(Base, WithId):
    __tablename__ = "account"
    balance = Column(Cash, nullable=False)
    owner = Column(String(SHORT))
