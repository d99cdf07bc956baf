# One type for one engine, another for the other.
from sqlalchemy import JSON, BigInteger, Column, Integer, String, Text
from sqlalchemy.dialects.mysql import LONGTEXT
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID
from sqlalchemy.orm import declarative_base

Base = declarative_base()
JsonType = JSON().with_variant(JSONB(), "postgresql")
BigKey = BigInteger().with_variant(Integer, "sqlite")


class Thing(Base):
    __tablename__ = "thing"
    id = Column(BigKey, primary_key=True)
    data = Column(JsonType, nullable=False)
    key = Column(String(36).with_variant(UUID(as_uuid=False), "postgresql"))
    body = Column(Text().with_variant(LONGTEXT, "mysql"))
    both = Column(String(5).with_variant(String(7), "sqlite", "postgresql"))
