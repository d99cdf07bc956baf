# WHERE, USING, INCLUDE and operator classes of indexes, each for its own engine.
from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel


class Message(SQLModel, table=True):
    __table_args__ = (
        Index(
            "ix_message_live",
            "room",
            postgresql_where=text("deleted_at IS NULL"),
            sqlite_where=text("deleted_at IS NULL"),
        ),
        Index("ix_message_hash", "body", postgresql_using="hash"),
        Index("ix_message_cover", "room", postgresql_include=["sent_at"]),
        Index("ix_message_like", "body", postgresql_ops={"body": "text_pattern_ops"}),
        Index("ix_message_fill", "sent_at", postgresql_with={"fillfactor": 50}),
        Index(
            "uq_message_key",
            "key",
            unique=True,
            postgresql_where=text("key IS NOT NULL"),
            sqlite_where=text("key IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    room: int
    body: str
    key: str | None = None
    sent_at: datetime
    deleted_at: datetime | None = None
