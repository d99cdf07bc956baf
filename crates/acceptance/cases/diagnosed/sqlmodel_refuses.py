# What SQLModel itself raises an error for.
from sqlmodel import Field, SQLModel


class Team(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)


class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", ondelete="SET NULL")  #~ sqlmodel-refuses: SQLModel refuses `ondelete="SET NULL"` on a column that is not nullable
