# PostgreSQL's enums have names.
from sqlalchemy import Column, Enum, Integer
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Page(Base):
    __tablename__ = "page"
    id = Column(Integer, primary_key=True)
    state = Column(Enum("draft", "public"))  #~ enum-without-name (postgres): PostgreSQL needs a name for the enum type: `name=…`
