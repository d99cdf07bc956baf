# Index objects: several columns, unique, an order, expressions, by column object and by name.
from sqlalchemy import Column, Index, Integer, String, desc, func, text
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Person(Base):
    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_names", "last", "first"),
        Index("ix_person_code", "code", unique=True),
        Index("ix_person_lower", text("lower(email)")),
        Index(None, "first"),
    )

    id = Column(Integer, primary_key=True)
    first = Column(String(50))
    last = Column(String(50))
    email = Column(String(200))
    code = Column(String(10))
    age = Column(Integer)


Index("ix_person_age", Person.age.desc())
Index("ix_person_upper", func.upper(Person.last), unique=True)
Index("ix_person_two", Person.__table__.c.age, desc("code"))
