# Annotated types that carry a mapped_column, and a type_annotation_map.
import datetime
from decimal import Decimal
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Numeric, String, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

intpk = Annotated[int, mapped_column(primary_key=True)]
str50 = Annotated[str, 50]
money = Annotated[Decimal, "money"]
timestamp = Annotated[datetime.datetime, mapped_column(nullable=False, server_default=func.current_timestamp())]
user_fk = Annotated[int, mapped_column(ForeignKey("person.id"))]


class Base(DeclarativeBase):
    type_annotation_map = {
        str50: String(50),
        money: Numeric(12, 2),
        int: BigInteger,
        dict[str, Any]: JSON,
    }


class Person(Base):
    __tablename__ = "person"
    id: Mapped[intpk]
    name: Mapped[str50]
    nick: Mapped[str50 | None]
    salary: Mapped[money]
    age: Mapped[int]
    data: Mapped[dict[str, Any]]
    created: Mapped[timestamp]


class Note(Base):
    __tablename__ = "note"
    id: Mapped[intpk]
    person_id: Mapped[user_fk]
    edited: Mapped[timestamp] = mapped_column(index=True)
