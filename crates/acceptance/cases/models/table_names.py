# Where a table's name comes from.
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

PREFIX = "shop"


class OrderLine(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)


class Order(SQLModel, table=True):
    __tablename__ = "orders"
    id: int | None = Field(default=None, primary_key=True)


class Customer(SQLModel, table=True):
    __tablename__: str = f"{PREFIX}_customers"
    id: int | None = Field(default=None, primary_key=True)


class Snake(SQLModel):
    @declared_attr.directive
    def __tablename__(cls) -> str:
        return "the_" + cls.__name__.lower() + "s"


class Crate(Snake, table=True):
    id: int | None = Field(default=None, primary_key=True)
