# Code that runs when a table is created.
from sqlalchemy import Column, Integer, event
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Account(Base):
    __tablename__ = "account"
    id = Column(Integer, primary_key=True)


def fill(target, connection, **_):
    connection.execute(target.insert().values(id=1))


event.listen(Account.__table__, "after_create", fill)  #~ code-on-create: code runs when the table is created; it is not read
