# __table_args__ as a tuple: unique, check and foreign keys of several columns.
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel


class Region(SQLModel, table=True):
    country: str = Field(primary_key=True)
    code: str = Field(primary_key=True)


class Shop(SQLModel, table=True):
    __table_args__ = (
        UniqueConstraint("name", "country"),
        UniqueConstraint("slug", name="shop_slug_unique"),
        CheckConstraint("area > 0", name="shop_area_positive"),
        CheckConstraint("name <> '' AND length(slug) > 2"),
        ForeignKeyConstraint(["country", "region"], ["region.country", "region.code"], ondelete="CASCADE"),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str
    slug: str
    country: str
    region: str
    area: int
