# Every way to write a server default.
from sqlalchemy import Boolean, Column, Date, DateTime, Integer, MetaData, String, Table, Text, false, func, literal, text, true

metadata = MetaData()

defaults = Table(
    "defaults",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("plain", String(20), server_default="plain"),
    Column("quote", String(20), server_default="it's"),
    Column("empty", String(20), server_default=""),
    Column("number", Integer, server_default="7"),
    Column("number_text", Integer, server_default=text("-1")),
    Column("expression", Integer, server_default=text("(1 + 2)")),
    Column("yes", Boolean, server_default=true(), nullable=False),
    Column("no", Boolean, server_default=false(), nullable=False),
    Column("maybe", Boolean, server_default=text("false")),
    Column("now", DateTime, server_default=func.now()),
    Column("stamp", DateTime(timezone=True), server_default=func.current_timestamp()),
    Column("stamp_text", DateTime, server_default=text("CURRENT_TIMESTAMP")),
    Column("today", Date, server_default=func.current_date()),
    Column("of_literal", Text, server_default=literal("x")),
    Column("unset", Text, server_default=text("NULL")),
)
