# SQLAlchemy 2: nullability from Mapped[…], types from the annotation or the call.
import datetime
import decimal
import uuid
from typing import Any, Optional

from sqlalchemy import BigInteger, DateTime, ForeignKey, Numeric, String, Text, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(30))
    fullname: Mapped[Optional[str]]
    nickname: Mapped[str | None] = mapped_column(String(64), unique=True)
    forced: Mapped[str | None] = mapped_column(nullable=False)
    loose: Mapped[str] = mapped_column(nullable=True)
    big: Mapped[int] = mapped_column(BigInteger)
    price: Mapped[decimal.Decimal] = mapped_column(Numeric(8, 2))
    at: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    day: Mapped[datetime.date]
    key: Mapped[uuid.UUID]
    flag: Mapped[bool] = mapped_column(default=False)
    blob: Mapped[bytes | None]
    untyped = mapped_column(Text)
    other: Mapped[str] = mapped_column("other_column", Text)
    addresses: Mapped[list["Address"]] = relationship(back_populates="user")


class Address(Base):
    __tablename__ = "address"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    user: Mapped[User] = relationship(back_populates="addresses")
