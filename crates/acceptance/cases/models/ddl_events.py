# SQL that runs when tables are created, and so belongs to them.
from sqlalchemy import DDL, Column, Integer, MetaData, String, event
from sqlalchemy.orm import declarative_base

Base = declarative_base(metadata=MetaData())


class Account(Base):
    __tablename__ = "account"
    id = Column(Integer, primary_key=True)
    name = Column(String(40), nullable=False)
    size = Column(Integer)


event.listen(Account.__table__, "after_create", DDL("CREATE INDEX ix_account_name ON %(table)s (name)"))
event.listen(
    Account.__table__,
    "after_create",
    DDL("CREATE UNIQUE INDEX ix_account_size ON %(fullname)s (size)").execute_if(dialect="postgresql"),
)
event.listen(
    Account.__table__,
    "after_create",
    DDL("CREATE INDEX ix_account_both ON account (name, size)").execute_if(dialect=("sqlite", "postgresql")),
)
