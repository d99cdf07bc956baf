# A key of two columns, one of which counts because it is told to; SQLite refuses that.
# engines: postgres
from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Line(Base):
    __tablename__ = "line"
    number = Column(Integer, primary_key=True, autoincrement=True)
    page = Column(Integer, primary_key=True)
