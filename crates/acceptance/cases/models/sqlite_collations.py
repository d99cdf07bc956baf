# SQLite's collations.
# engines: sqlite
from sqlalchemy import Column, Integer, MetaData, String, Table

metadata = MetaData()

Table(
    "collated",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("a", String(20, collation="NOCASE"), unique=True),
    Column("b", String(collation="RTRIM"), nullable=False),
)
