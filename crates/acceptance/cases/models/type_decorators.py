# Types of one's own, followed to their impl.
import json
from datetime import timezone

from sqlalchemy import CHAR, Column, DateTime, Integer, String, Text
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.orm import declarative_base
from sqlalchemy.types import TypeDecorator

Base = declarative_base()


class UtcDateTime(TypeDecorator):
    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return value if value is None else value.astimezone(timezone.utc)


class ShortString(TypeDecorator):
    impl = String
    cache_ok = True


class Base64(TypeDecorator):
    impl = Text


class LongBase64(Base64):
    cache_ok = True


class GUID(TypeDecorator):
    impl = CHAR
    cache_ok = True

    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return dialect.type_descriptor(UUID())
        else:
            return dialect.type_descriptor(CHAR(32))


class JsonEncoded(TypeDecorator):
    impl = Text

    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return dialect.type_descriptor(JSONB())
        return dialect.type_descriptor(self.impl)

    def process_bind_param(self, value, dialect):
        return json.dumps(value)


class Decorated(Base):
    __tablename__ = "decorated"
    id = Column(GUID, primary_key=True)
    at = Column(UtcDateTime, nullable=False)
    name = Column(ShortString(16))
    unbounded = Column(ShortString())
    blob = Column(LongBase64)
    data = Column(JsonEncoded())
    number = Column(Integer)
