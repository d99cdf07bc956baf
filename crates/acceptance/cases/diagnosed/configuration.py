# The schema comes from a configuration file.
# assume: configuration.SCHEMA = 'shop'
import configparser

from sqlmodel import Field, SQLModel

configuration = configparser.ConfigParser()
SCHEMA = configuration.get("database", "schema")


class Order(SQLModel, table=True):  #~ undecided: the table's schema is not known: it is `configparser.ConfigParser(…).get(…)`
    __table_args__ = {"schema": SCHEMA}

    id: int | None = Field(default=None, primary_key=True)
