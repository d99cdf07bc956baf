# sa.Enum in all its forms: by values, named, not native, with a check, of plain strings.
import enum

from sqlalchemy import Column, Enum
from sqlmodel import Field, SQLModel


class State(enum.Enum):
    OPEN = "open"
    CLOSED = "closed"


class Ticket(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    by_name: State = Field(sa_column=Column(Enum(State), nullable=False))
    by_value: State = Field(
        sa_column=Column(Enum(State, name="state_value", values_callable=lambda members: [m.value for m in members]))
    )
    as_text: State = Field(sa_column=Column(Enum(State, native_enum=False, length=20)))
    checked: State = Field(
        sa_column=Column(Enum(State, native_enum=False, create_constraint=True, name="ck_state"))
    )
    words: str = Field(sa_column=Column(Enum("a", "bb", "it's", name="words")))
