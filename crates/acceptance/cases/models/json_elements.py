# Elements of JSON in indexes and checks, read as text, as numbers and as JSON.
from sqlalchemy import JSON, CheckConstraint, Column, Index, Integer, and_
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Event(Base):
    __tablename__ = "event"
    id = Column(Integer, primary_key=True)
    data = Column(JSON, nullable=False)

    __table_args__ = (
        CheckConstraint(data["kind"].as_string().is_not(None), name="has_kind"),
        CheckConstraint(and_(data["size"].as_integer() > 0, data["size"].as_integer() < 100), name="size"),
        CheckConstraint(data["rate"].as_float().between(0, 1), name="rate"),
        CheckConstraint(data[("place", "city")].as_string() != "", name="city"),
        CheckConstraint(data["url"].as_string().startswith("https://"), name="secure"),
    )


Index("ix_event_kind", Event.data["kind"].as_string())
