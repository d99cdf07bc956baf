# SQL beside a table that changes what no schema holds.
from sqlalchemy import DDL, Column, Integer, event
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Account(Base):
    __tablename__ = "account"
    id = Column(Integer, primary_key=True)


event.listen(Account.__table__, "after_create", DDL("CREATE PUBLICATION all_of_it FOR TABLE %(table)s"))  #~ statement-not-understood (sqlite): what this statement makes is not known: near "PUBLICATION": syntax error
