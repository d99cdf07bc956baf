# The schema comes from the environment.
# assume: os.environ['DB_SCHEMA'] = 'shop'
import os

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    metadata = MetaData(schema=os.environ.get("DB_SCHEMA", "public"))  #~ undecided: the schema of the `MetaData` is not known: the environment variable `DB_SCHEMA` decides it


class Order(Base):
    __tablename__ = "order"
    id: Mapped[int] = mapped_column(primary_key=True)
