from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base

Archive = declarative_base()


class Old(Archive):
    __tablename__ = "old"
    id = Column(Integer, primary_key=True)
