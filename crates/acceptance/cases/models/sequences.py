# Sequences of their own, and as a column's default.
# engines: postgres
from sqlalchemy import BigInteger, Column, Integer, MetaData, Sequence, Table

metadata = MetaData()
numbers = Sequence("invoice_numbers", start=1000, increment=5, metadata=metadata)
counter = Sequence("counter", minvalue=0, maxvalue=99, cycle=True, data_type=Integer, metadata=metadata)

invoice = Table(
    "invoice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", BigInteger, numbers, server_default=numbers.next_value()),
    Column("only_in_python", Integer, Sequence("python_side")),
)
