# The schema is a setting of pydantic's.
# assume: settings.Settings.db_schema = 'shop'
from pydantic_settings import BaseSettings
from sqlmodel import Field, SQLModel


class Settings(BaseSettings):
    db_schema: str = "public"


settings = Settings()


class Order(SQLModel, table=True):
    __table_args__ = {"schema": settings.db_schema}  #~ undecided: the table's schema is not known: `Settings.db_schema` is a setting that comes from the environment

    id: int | None = Field(default=None, primary_key=True)
