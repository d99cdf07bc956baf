# Indexes and checks that one engine gets and another does not.
from sqlalchemy import CheckConstraint, Column, Index, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Flow(Base):
    __tablename__ = "flow"
    id = Column(Integer, primary_key=True)
    name = Column(String(40), nullable=False)
    size = Column(Integer)

    __table_args__ = (
        Index("ix_flow_name_hash", "name", postgresql_using="hash").ddl_if(dialect="postgresql"),
        Index("ix_flow_name", "name").ddl_if(dialect="sqlite"),
        Index("ix_flow_both", "name", "size").ddl_if(dialect=("sqlite", "postgresql")),
        CheckConstraint("size > 0", name="positive").ddl_if(dialect="sqlite"),
    )


Index("ix_flow_size", Flow.size).ddl_if(dialect="postgresql")
