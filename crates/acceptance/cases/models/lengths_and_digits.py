# max_length, max_digits and decimal_places shape the type.
from decimal import Decimal

from sqlmodel import Field, SQLModel


class Product(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=12)
    name: str = Field(min_length=1, max_length=200, index=True)
    price: Decimal = Field(max_digits=10, decimal_places=2)
    weight: Decimal = Field(default=0, max_digits=8)
    note: str | None = Field(default=None, max_length=2000)
