# A declarative base that is one by its metaclass.
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import DeclarativeMeta, registry

mapper_registry = registry()


class Base(metaclass=DeclarativeMeta):
    __abstract__ = True
    registry = mapper_registry
    metadata = mapper_registry.metadata
    __init__ = mapper_registry.constructor


class Shed(Base):
    __tablename__ = "shed"
    id = Column(Integer, primary_key=True)
    name = Column(String(50), unique=True)


class Tool(Base):
    __tablename__ = "tool"
    id = Column(Integer, primary_key=True)
    shed_id = Column(ForeignKey("shed.id"))
