# Subclasses with a table of their own, keyed by a foreign key to the parent.
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Asset(Base):
    __tablename__ = "asset"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    __mapper_args__ = {"polymorphic_on": kind, "polymorphic_identity": "asset"}


class Car(Asset):
    __tablename__ = "car"
    id: Mapped[int] = mapped_column(ForeignKey("asset.id"), primary_key=True)
    wheels: Mapped[int]
    __mapper_args__ = {"polymorphic_identity": "car"}


class Truck(Car):
    __tablename__ = "truck"
    id: Mapped[int] = mapped_column(ForeignKey("car.id", ondelete="CASCADE"), primary_key=True)
    load: Mapped[float]
    __mapper_args__ = {"polymorphic_identity": "truck"}
