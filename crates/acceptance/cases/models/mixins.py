# Columns from mixins: copied per table, with indexes named after each.
from datetime import datetime

from sqlalchemy import Column, DateTime, ForeignKey, Integer, String, func
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column


class Base(DeclarativeBase):
    pass


class Timestamps:
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), index=True)


class Named:
    name = Column(String(80), nullable=False, index=True)


class HasOwner:
    @declared_attr
    def owner_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("owner.id"))


class TableNamed:
    @declared_attr.directive
    def __tablename__(cls) -> str:
        return cls.__name__.lower()


class Owner(TableNamed, Base):
    id: Mapped[int] = mapped_column(primary_key=True)


class House(TableNamed, HasOwner, Timestamps, Named, Base):
    id: Mapped[int] = mapped_column(primary_key=True)
    rooms: Mapped[int]


class Garden(TableNamed, HasOwner, Timestamps, Base):
    id: Mapped[int] = mapped_column(primary_key=True)
