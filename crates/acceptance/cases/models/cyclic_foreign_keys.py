# Two tables that refer to each other, one of the keys added afterwards.
from sqlalchemy import Column, ForeignKey, Integer
from sqlmodel import Field, SQLModel


class Department(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    head_id: int | None = Field(
        default=None,
        sa_column=Column(Integer, ForeignKey("employee.id", use_alter=True, name="department_head"), nullable=True),
    )


class Employee(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    department_id: int = Field(foreign_key="department.id")
