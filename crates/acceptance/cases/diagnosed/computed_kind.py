# A computed column that leaves it to the server whether it is stored.
from sqlalchemy import Column, Computed, Integer
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Field(Base):
    __tablename__ = "field"
    id = Column(Integer, primary_key=True)
    width = Column(Integer)
    height = Column(Integer)
    area = Column(Integer, Computed("width * height"))  #~ computed-kind-by-version (postgres): `area` is stored by PostgreSQL before 18, and not since; whimbrel stores it
