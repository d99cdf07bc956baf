from sqlalchemy import Column, Integer, MetaData, String
from sqlalchemy.orm import declarative_base

SHORT = 24
metadata = MetaData(naming_convention={"pk": "%(table_name)s_id"})
Base = declarative_base(metadata=metadata)


class WithId:
    id = Column(Integer, primary_key=True)
