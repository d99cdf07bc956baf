# Every Python type that SQLModel maps by itself, required and optional.
import uuid
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from sqlmodel import Field, SQLModel


class Everything(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    a_text: str
    a_maybe_text: str | None
    an_int: int
    a_maybe_int: int | None = None
    a_float: float
    a_maybe_float: float | None = None
    a_bool: bool
    a_maybe_bool: bool | None = None
    a_datetime: datetime
    a_date: date
    a_time: time
    a_delta: timedelta
    a_decimal: Decimal
    a_uuid: uuid.UUID
    a_maybe_uuid: uuid.UUID | None = None
    some_bytes: bytes
    a_path: Path
