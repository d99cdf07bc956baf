# Only the collation depends on what nobody sees here; the rest of the columns is known.
# assume: collation.TEXT = {}
import os

from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


def text_arguments():
    if os.path.exists("/etc/collation"):
        return {"collation": "C"}
    return {}


TEXT = text_arguments()  #~ undecided: `collation` is not known: what `text_arguments` returns depends on what is known only when the code runs


class Page(Base):
    __tablename__ = "page"
    id = Column(Integer, primary_key=True)
    title = Column(String(200, **TEXT))
    path = Column(String(500, **TEXT), nullable=False)
