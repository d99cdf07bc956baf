# Listeners and DDL beside the models: no model's business.
from sqlalchemy import Column, Integer, event
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Thing(Base):
    __tablename__ = "thing"
    id = Column(Integer, primary_key=True)


@event.listens_for(Thing, "before_insert")
def stamp(mapper, connection, target):
    target.id = target.id or 1
