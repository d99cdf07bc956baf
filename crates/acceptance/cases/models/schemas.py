# Tables in schemas of their own: by __table_args__, by the metadata, by the foreign key's three parts.
# engines: postgres
from sqlalchemy import Column, Enum, ForeignKey, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    metadata = MetaData(schema="sales")


class Customer(Base):
    __tablename__ = "customer"
    id = Column(Integer, primary_key=True)
    state = Column(Enum("new", "old", name="customer_state"))
    name = Column(String, index=True)


class Log(Base):
    __tablename__ = "log"
    __table_args__ = {"schema": "audit"}
    id = Column(Integer, primary_key=True)
    customer_id = Column(ForeignKey("sales.customer.id"))
    state = Column(Enum("x", "y", name="log_state", schema="audit"))
    inherited = Column(Enum("p", "q", name="public_state"))
