# A type of one engine only.
from sqlalchemy import ARRAY, Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Page(Base):
    __tablename__ = "page"
    id = Column(Integer, primary_key=True)
    tags = Column(ARRAY(String))  #~ type-not-on-engine (sqlite): SQLAlchemy has no `ARRAY` for SQLite: give the column a variant for it (`with_variant`)
