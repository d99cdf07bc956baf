# A partitioned parent.
# engines: postgres
from sqlalchemy import Column, Date, Integer, MetaData, Table

metadata = MetaData()

Table(
    "measurement",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    Column("value", Integer),
    postgresql_partition_by="RANGE (day)",
)
