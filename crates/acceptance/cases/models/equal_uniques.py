# The same columns unique twice: PostgreSQL makes one of them, SQLite both.
from sqlalchemy import Column, Integer, String, UniqueConstraint
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Dataset(Base):
    __tablename__ = "dataset"
    __table_args__ = (UniqueConstraint("code", name="uq_code"), UniqueConstraint("name"), UniqueConstraint("name", name="uq_name"))
    id = Column(Integer, primary_key=True)
    code = Column(String(20), unique=True)
    name = Column(String(20))
