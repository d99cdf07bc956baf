# Types that only PostgreSQL has.
# engines: postgres
from sqlalchemy import Column, Integer, String, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import (
    ARRAY, BIT, BYTEA, CIDR, DATERANGE, INET, INT4RANGE, INTERVAL, JSON, JSONB, MACADDR, MONEY, NUMRANGE, OID, TSTZRANGE, TSVECTOR,
    UUID,
)
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Types(Base):
    __tablename__ = "types"
    id = Column(UUID(as_uuid=True), primary_key=True)
    json = Column(JSON)
    jsonb = Column(JSONB(none_as_null=True), nullable=False)
    integers = Column(ARRAY(Integer))
    grid = Column(ARRAY(String(10), dimensions=2))
    words = Column(postgresql.ARRAY(Text), server_default="{}")
    address = Column(INET)
    network = Column(CIDR)
    mac = Column(MACADDR)
    span = Column(INTERVAL)
    precise = Column(INTERVAL(precision=3))
    day_span = Column(INTERVAL(fields="DAY TO SECOND"))
    bits = Column(BIT(8))
    bits_varying = Column(BIT(varying=True))
    raw = Column(BYTEA)
    cash = Column(MONEY)
    identifier = Column(OID)
    search = Column(TSVECTOR)
    days = Column(DATERANGE)
    moments = Column(TSTZRANGE)
    numbers = Column(NUMRANGE)
    range4 = Column(INT4RANGE)
    stamp = Column(postgresql.TIMESTAMP(timezone=True, precision=3))
    clock = Column(postgresql.TIME(precision=0))
