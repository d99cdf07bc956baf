from typing import TYPE_CHECKING

from sqlmodel import Field, Relationship

from app.models import base
from app.models.base import NAME_LENGTH

if TYPE_CHECKING:
    from app.models.hero import Hero


class Team(base.Timestamped, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=NAME_LENGTH, unique=True)
    heroes: list["Hero"] = Relationship(back_populates="team")
