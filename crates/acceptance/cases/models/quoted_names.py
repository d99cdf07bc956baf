# Names that have to be quoted: reserved words, capitals, spaces.
from sqlalchemy import Column, Integer, MetaData, String, Table

metadata = MetaData()

orders = Table(
    "order",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("select", String(10)),
    Column("CamelCase", String),
    Column("with space", Integer, index=True),
    Column("percent%", Integer),
)
mixed = Table("MixedCase", metadata, Column("Id", Integer, primary_key=True), Column("a", Integer, unique=True))
