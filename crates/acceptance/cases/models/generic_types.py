# SQLAlchemy's generic types with and without arguments.
import sqlalchemy as sa
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Types(Base):
    __tablename__ = "types"
    id = sa.Column(sa.Integer, primary_key=True)
    small = sa.Column(sa.SmallInteger)
    big = sa.Column(sa.BigInteger())
    number = sa.Column(sa.Numeric)
    number_10 = sa.Column(sa.Numeric(10))
    number_10_2 = sa.Column(sa.Numeric(precision=10, scale=2))
    real = sa.Column(sa.Float)
    real_53 = sa.Column(sa.Float(53))
    double = sa.Column(sa.Double)
    text = sa.Column(sa.Text)
    unicode_text = sa.Column(sa.UnicodeText)
    string = sa.Column(sa.String)
    string_40 = sa.Column(sa.String(length=40))
    unicode_40 = sa.Column(sa.Unicode(40))
    boolean = sa.Column(sa.Boolean)
    date = sa.Column(sa.Date)
    time = sa.Column(sa.Time)
    time_zone = sa.Column(sa.Time(timezone=True))
    moment = sa.Column(sa.DateTime)
    moment_zone = sa.Column(sa.DateTime(True))
    interval = sa.Column(sa.Interval)
    binary = sa.Column(sa.LargeBinary)
    binary_16 = sa.Column(sa.LargeBinary(16))
    pickle = sa.Column(sa.PickleType)
    json = sa.Column(sa.JSON)
    uuid = sa.Column(sa.Uuid)
    uuid_text = sa.Column(sa.Uuid(as_uuid=False, native_uuid=False))
