from sqlmodel import Field, SQLModel


class Named(SQLModel):
    name: str = Field(max_length=50)


class Team(Named, table=True):
    id: int | None = Field(default=None, primary_key=True)
