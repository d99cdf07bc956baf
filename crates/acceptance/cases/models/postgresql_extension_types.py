# Types of extensions that come with the server.
# engines: postgres
# before (postgres): CREATE EXTENSION citext
# before (postgres): CREATE EXTENSION hstore
from sqlalchemy import Column, Integer
from sqlalchemy.dialects.postgresql import CITEXT, HSTORE
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Reader(Base):
    __tablename__ = "reader"
    id = Column(Integer, primary_key=True)
    email = Column(CITEXT, unique=True)
    settings = Column(HSTORE)
