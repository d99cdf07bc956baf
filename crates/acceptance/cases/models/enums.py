# Enums become named types on PostgreSQL and sized texts on SQLite; the names of the members count, not their values.
import enum
from enum import Enum, IntEnum, StrEnum

from sqlmodel import Field, SQLModel


class Color(Enum):
    RED = "red"
    GREEN = "green"
    DARK_BLUE = "dark blue"


class Size(str, Enum):
    S = "small"
    XL = "extra large"


class Mood(StrEnum):
    calm = enum.auto()
    exact = enum.auto()


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Shirt(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    color: Color
    size: Size = Size.S
    mood: Mood | None = None
    level: Level = Field(default=Level.LOW, index=True)
    second_color: Color | None = None
