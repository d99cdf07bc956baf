# Defaults that `json.dumps` writes.
import json

from sqlalchemy import Column, Integer, Text
from sqlalchemy.orm import declarative_base

Base = declarative_base()
SETTINGS = {"size": 10, "tags": ["a", 'say "b"'], "on": True, "by": None}


class Service(Base):
    __tablename__ = "service"
    id = Column(Integer, primary_key=True)
    versions = Column(Text, server_default=json.dumps([]))
    settings = Column(Text, server_default=json.dumps(SETTINGS))
