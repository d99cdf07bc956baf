# What `type_descriptor` makes of a text depends on the driver.
from sqlalchemy import CHAR, Column, Integer, TypeDecorator
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Code(TypeDecorator):
    impl = CHAR
    cache_ok = True

    def load_dialect_impl(self, dialect):
        return dialect.type_descriptor(CHAR(8))  #~ undecided (postgres): `dialect.type_descriptor` makes `CHAR(8)` with psycopg2 and `VARCHAR` with psycopg and asyncpg


class Part(Base):
    __tablename__ = "part"
    id = Column(Integer, primary_key=True)
    code = Column(Code)
