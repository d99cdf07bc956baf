# Constraints that are made beside a table, and those that are given to it.
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Integer, String, UniqueConstraint
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Parent(Base):
    __tablename__ = "parent"
    id = Column(Integer, primary_key=True)


class Child(Base):
    __tablename__ = "child"
    id = Column(Integer, primary_key=True)
    parent_id = Column(Integer)
    name = Column(String(20))


Child.__table__.append_constraint(UniqueConstraint("name", "parent_id", name="uq_child_name"))
Child.__table__.append_constraint(UniqueConstraint(Child.__table__.c.name, name="uq_child_alone"))
Child.__table__.append_constraint(CheckConstraint("parent_id > 0", name="ck_child_parent"))
Child.__table__.append_constraint(ForeignKeyConstraint(["parent_id"], ["parent.id"], name="fk_child_parent"))
