# A column that names no type takes that of what it refers to.
import uuid

from sqlalchemy import BigInteger, Column, ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Country(Base):
    __tablename__ = "country"
    code: Mapped[str] = mapped_column(String(2), primary_key=True)


class City(Base):
    __tablename__ = "city"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    country = Column(ForeignKey("country.code"), nullable=False)
    capital_of = mapped_column(ForeignKey(Country.code))


class Street(Base):
    __tablename__ = "street"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    city_id = mapped_column(ForeignKey("city.id"), index=True)
