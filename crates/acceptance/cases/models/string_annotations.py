# Everything quoted, with `from __future__ import annotations`.
from __future__ import annotations

import datetime as dt
import typing as t
import uuid as uuid_module

from sqlalchemy import orm
import sqlmodel


class Flight(sqlmodel.SQLModel, table=True):
    id: t.Optional[uuid_module.UUID] = sqlmodel.Field(default=None, primary_key=True)
    leaves: dt.datetime
    lands: t.Union[dt.datetime, None] = sqlmodel.Field(default=None)
    length: dt.timedelta | None = None
    bird_id: "int | None" = sqlmodel.Field(default=None, foreign_key="bird.id")


class Bird(sqlmodel.SQLModel, table=True):
    id: "t.Optional[int]" = sqlmodel.Field(default=None, primary_key=True)
    name: "str"
