# Exclusion constraints, NULLS NOT DISTINCT, DEFERRABLE, INCLUDE.
# engines: postgres
# postgres: 15
from sqlalchemy import CheckConstraint, Column, Integer, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import INT4RANGE, TSTZRANGE, ExcludeConstraint
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Booking(Base):
    __tablename__ = "booking"
    __table_args__ = (
        ExcludeConstraint(("during", "&&"), name="no_overlap", using="gist"),
        ExcludeConstraint(("slots", "&&"), where=text("room > 0"), name="no_slot_overlap"),
        UniqueConstraint("room", "guest", postgresql_nulls_not_distinct=True, name="one_guest"),
        UniqueConstraint("guest", name="late_guest", deferrable=True, initially="DEFERRED"),
        UniqueConstraint("code", name="covering_code", postgresql_include=["room"]),
        CheckConstraint("room > 0", name="not_checked_yet", postgresql_not_valid=True),
    )

    id = Column(Integer, primary_key=True)
    room = Column(Integer)
    guest = Column(String)
    code = Column(String)
    during = Column(TSTZRANGE)
    slots = Column(INT4RANGE)
