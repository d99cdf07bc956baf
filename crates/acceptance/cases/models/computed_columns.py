# Generated columns, stored on both engines; the expression is text or made of columns.
from sqlalchemy import Column, Computed, Integer, Numeric, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Box(Base):
    __tablename__ = "box"
    id = Column(Integer, primary_key=True)
    width = Column(Integer, nullable=False)
    height = Column(Integer, nullable=False)
    area = Column(Integer, Computed("width * height", persisted=True))
    label = Column(String(100))
    shout = Column(String(100), Computed("upper(label)", persisted=True))
    price = Column(Numeric(10, 2), Computed("width * 2.5", persisted=True))
