# The forms of a naming convention that list every column.
from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, MetaData, String, Table, UniqueConstraint

metadata = MetaData(
    naming_convention={
        "ix": "idx_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0N_name)s",
        "fk": "%(table_name)s_%(column_0_N_label)s_%(referred_table_name)s_%(referred_column_0_N_name)s_fk",
        "pk": "%(table_name)s_key",
    }
)

place = Table(
    "place",
    metadata,
    Column("x", Integer, primary_key=True, autoincrement=False),
    Column("y", Integer, primary_key=True, autoincrement=False),
    Column("name", String(20)),
    UniqueConstraint("name", "x"),
)
visit = Table(
    "visit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at_x", Integer),
    Column("at_y", Integer),
    ForeignKeyConstraint(["at_x", "at_y"], ["place.x", "place.y"]),
    Index(None, "at_y", "at_x"),
)
