# Prefixes and storage parameters of PostgreSQL tables.
# engines: postgres
from sqlalchemy import Column, Integer, MetaData, Table

metadata = MetaData()

Table("fast", metadata, Column("id", Integer, primary_key=True), prefixes=["UNLOGGED"])
Table("filled", metadata, Column("id", Integer, primary_key=True), postgresql_with={"fillfactor": 70})
