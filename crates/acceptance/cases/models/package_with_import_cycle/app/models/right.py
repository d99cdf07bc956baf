from sqlalchemy.orm import Mapped, mapped_column

from . import Base


class Right(Base):
    __tablename__ = "right_side"
    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str | None]
