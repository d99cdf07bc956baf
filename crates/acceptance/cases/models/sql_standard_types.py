# The upper-case types, which render as they are written.
from sqlalchemy import (
    BIGINT, BOOLEAN, CHAR, Column, DATE, DECIMAL, DOUBLE_PRECISION, FLOAT, INTEGER, NUMERIC, REAL, SMALLINT, TEXT, TIME,
    TIMESTAMP, UUID, VARCHAR, MetaData, Table,
)

metadata = MetaData()

Table(
    "standard",
    metadata,
    Column("id", INTEGER, primary_key=True),
    Column("a", BIGINT),
    Column("b", SMALLINT),
    Column("c", CHAR(3)),
    Column("d", VARCHAR(9)),
    Column("e", TEXT),
    Column("f", NUMERIC(7, 1)),
    Column("g", DECIMAL(6, 3)),
    Column("h", REAL),
    Column("i", FLOAT(12)),
    Column("j", DOUBLE_PRECISION),
    Column("k", TIMESTAMP(timezone=True)),
    Column("l", TIMESTAMP),
    Column("m", DATE),
    Column("n", TIME),
    Column("o", BOOLEAN),
    Column("p", UUID),
)
