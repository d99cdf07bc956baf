# sa_column takes over: what the annotation says no longer counts.
from datetime import datetime

from sqlalchemy import JSON, Boolean, Column, DateTime, Float, LargeBinary, Numeric, SmallInteger, String, Text, func, true
from sqlmodel import Field, SQLModel


class Sensor(SQLModel, table=True):
    id: int | None = Field(default=None, sa_column=Column("sensor_id", SmallInteger, primary_key=True))
    name: str = Field(sa_column=Column(String(40), nullable=False, unique=True, index=True))
    note: str = Field(default="", sa_column=Column(Text))
    reading: float = Field(sa_column=Column(Float(precision=24)))
    exact: float = Field(sa_column=Column(Numeric(12, 3), nullable=False))
    active: bool = Field(default=True, sa_column=Column(Boolean, server_default=true(), nullable=False))
    raw: bytes = Field(sa_column=Column(LargeBinary))
    extra: dict = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    seen: datetime = Field(sa_column=Column(DateTime(timezone=True), server_default=func.now(), onupdate=func.now()))
