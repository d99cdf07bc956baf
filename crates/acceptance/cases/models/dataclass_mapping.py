# MappedAsDataclass: init, repr and default_factory are Python's.
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column


class Base(MappedAsDataclass, DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    name: Mapped[str] = mapped_column(String(30))
    count: Mapped[int] = mapped_column(default=0)
    note: Mapped[str | None] = mapped_column(default=None, repr=False)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), default=None)
