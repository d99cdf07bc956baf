from typing import Optional

from sqlmodel import Field, Relationship, SQLModel

from ..kinds import HeroKind
from .base import Timestamped
from .team import Team


class Hero(Timestamped, table=True):
    id: int | None = Field(default=None, primary_key=True)
    kind: HeroKind = HeroKind.FLYING
    team_id: int | None = Field(default=None, foreign_key="team.id")
    team: Optional[Team] = Relationship(back_populates="heroes")


class HeroTag(SQLModel, table=True):
    __tablename__ = "hero_tags"
    hero_id: int = Field(foreign_key="hero.id", primary_key=True, ondelete="CASCADE")
    tag: str = Field(primary_key=True)
