# `astext` of PostgreSQL's own types.
# engines: postgres
from sqlalchemy import Column, Index, Integer
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Event(Base):
    __tablename__ = "event"
    id = Column(Integer, primary_key=True)
    data = Column(JSONB)
    plain = Column(JSON)

    __table_args__ = (
        Index("ix_event_kind", data["kind"].astext),
        Index("ix_event_city", data["place", "city"].astext, unique=True),
        Index("ix_event_plain", plain["kind"].astext),
    )
