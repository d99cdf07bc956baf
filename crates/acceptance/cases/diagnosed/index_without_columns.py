# An index of nothing.
from sqlalchemy import Column, Index, Integer
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Page(Base):
    __tablename__ = "page"
    __table_args__ = (Index("ix_page"),)  #~ index-without-columns: the index has no columns
    id = Column(Integer, primary_key=True)
