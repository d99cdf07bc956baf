# A foreign key to a table that the models do not have.
from sqlmodel import Field, SQLModel


class Order(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id")  #~ foreign-key-target-missing: the foreign key's target `customer.id` is not among the models
