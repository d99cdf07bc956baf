# registry(): generate_base and the decorator.
from sqlalchemy import Column, Integer, MetaData, String
from sqlalchemy.orm import Mapped, mapped_column, registry

mapper_registry = registry()
Base = mapper_registry.generate_base()


class A(Base):
    __tablename__ = "a"
    id = Column(Integer, primary_key=True)


@mapper_registry.mapped
class B:
    __tablename__ = "b"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(9))
