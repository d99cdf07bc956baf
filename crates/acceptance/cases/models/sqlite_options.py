# STRICT and WITHOUT ROWID tables of SQLite.
# engines: sqlite
from sqlalchemy import Column, Integer, MetaData, Table, Text

metadata = MetaData()

Table("strict_one", metadata, Column("id", Integer, primary_key=True), Column("a", Text), sqlite_strict=True)
Table("no_rowid", metadata, Column("id", Text, primary_key=True), Column("a", Integer), sqlite_with_rowid=False)
