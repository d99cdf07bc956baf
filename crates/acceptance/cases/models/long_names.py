# Names beyond the 63 bytes that PostgreSQL keeps are shortened by SQLAlchemy, with a hash.
from sqlalchemy import Column, Index, Integer, MetaData, String, Table, UniqueConstraint

metadata = MetaData(naming_convention={"uq": "uq_%(table_name)s_%(column_0_N_name)s", "ix": "ix_%(column_0_label)s"})

long_table = Table(
    "a_table_with_quite_a_long_name_for_a_table",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("a_column_with_quite_a_long_name", String(10), index=True),
    Column("another_column_with_a_long_name", String(10)),
    UniqueConstraint("a_column_with_quite_a_long_name", "another_column_with_a_long_name"),
)
