# A class of a declarative base that has no table.
from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Stamped(Base):  #~ no-table-name: `Stamped` has no table: it needs a `__tablename__`, or `__abstract__ = True`
    id = Column(Integer, primary_key=True)
