# Synonyms, hybrids, column properties, validators and association proxies make no column.
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.ext.associationproxy import association_proxy
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import backref, column_property, declarative_base, deferred, relationship, synonym, validates

Base = declarative_base()


class Person(Base):
    __tablename__ = "person"
    id = Column(Integer, primary_key=True)
    first = Column(String(20))
    last = Column(String(20))
    full = column_property(first + " " + last)
    alias = synonym("first")
    biography = deferred(Column(String(4000)))
    boss_id = Column(Integer, ForeignKey("person.id"))
    staff = relationship("Person", backref=backref("boss", remote_side=[id]))
    staff_names = association_proxy("staff", "first")

    @hybrid_property
    def initials(self):
        return self.first[0] + self.last[0]

    @validates("first")
    def check_first(self, key, value):
        return value
