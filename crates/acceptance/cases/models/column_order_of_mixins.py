# sort_order and inheritance decide where a column stands.
from sqlalchemy import Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Keyed:
    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-10)


class Tail:
    updated: Mapped[str] = mapped_column(String(5), sort_order=99)


class Doc(Tail, Keyed, Base):
    __tablename__ = "doc"
    title: Mapped[str]
    body: Mapped[str]
