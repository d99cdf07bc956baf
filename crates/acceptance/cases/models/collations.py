# Collations by name; "C" is known to both worlds only on PostgreSQL.
# engines: postgres
from sqlalchemy import Column, Integer, MetaData, String, Table, Text

metadata = MetaData()

Table(
    "collated",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("a", String(20, collation="C")),
    Column("b", Text(collation="POSIX"), nullable=False, index=True),
)
