# Checks over texts: prefixes, suffixes, contents and ranges, with the percent signs that they bring.
from sqlalchemy import CheckConstraint, Column, Integer, String, false, or_, true
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Page(Base):
    __tablename__ = "page"
    id = Column(Integer, primary_key=True)
    url = Column(String(200), nullable=False)
    title = Column(String(200))
    size = Column(Integer)

    __table_args__ = (
        CheckConstraint(url.startswith("https://"), name="secure"),
        CheckConstraint(url.endswith(".html"), name="suffix"),
        CheckConstraint(url.contains("/docs/"), name="inside"),
        CheckConstraint(~size.between(10, 20), name="outside"),
        CheckConstraint(or_(false(), title.is_(None), title != ""), name="title"),
        CheckConstraint(size.between(0, 1000) & true(), name="size"),
    )


CheckConstraint((Page.title + Page.url).startswith("a"), name="joined")
