# Two bases, two metadatas, one database.
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlmodel import Field, SQLModel


class Base(DeclarativeBase):
    pass


class Old(Base):
    __tablename__ = "old"
    id: Mapped[int] = mapped_column(primary_key=True)


class New(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
