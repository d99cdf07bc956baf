# SQLAlchemy 1.x style: declarative_base() and Column attributes.
from sqlalchemy import Boolean, Column, DateTime, Float, ForeignKey, Integer, String, Text, Unicode
from sqlalchemy.orm import declarative_base, relationship

Base = declarative_base()


class Parent(Base):
    __tablename__ = "parents"

    id = Column(Integer, primary_key=True)
    name = Column(Unicode(255), nullable=False, index=True)
    weight = Column(Float)
    active = Column(Boolean, default=True)
    body = Column("text", Text)
    children = relationship("Child", back_populates="parent", cascade="all, delete-orphan")


class Child(Base):
    __tablename__ = "children"

    id = Column(Integer, primary_key=True, autoincrement=True)
    parent_id = Column(Integer, ForeignKey("parents.id", ondelete="CASCADE"), nullable=False)
    made = Column(DateTime)
    parent = relationship(Parent, back_populates="children")
