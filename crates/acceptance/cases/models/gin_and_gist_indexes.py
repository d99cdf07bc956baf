# Index methods of PostgreSQL over JSONB, arrays and full text.
# engines: postgres
from sqlalchemy import Column, Index, Integer, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Document(Base):
    __tablename__ = "document"
    __table_args__ = (
        Index("ix_document_data", "data", postgresql_using="gin"),
        Index("ix_document_path", "data", postgresql_using="gin", postgresql_ops={"data": "jsonb_path_ops"}),
        Index("ix_document_tags", "tags", postgresql_using="gin"),
        Index("ix_document_search", text("to_tsvector('english', body)"), postgresql_using="gin"),
        Index("ix_document_vector", "vector", postgresql_using="gist"),
        Index("ix_document_brin", "id", postgresql_using="brin", postgresql_with={"pages_per_range": 32}),
    )

    id = Column(Integer, primary_key=True)
    data = Column(JSONB)
    tags = Column(ARRAY(Text))
    body = Column(Text)
    vector = Column(TSVECTOR)
