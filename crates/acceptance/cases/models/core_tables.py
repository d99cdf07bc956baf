# Table(…) without any class, with constraints among the columns.
import sqlalchemy as sa

metadata = sa.MetaData()

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("email", sa.String(255), nullable=False),
    sa.Column("bio", sa.Text()),
    sa.UniqueConstraint("email", name="uq_users_email"),
    sa.CheckConstraint("length(email) > 3", name="ck_users_email"),
)

groups = sa.Table("groups", metadata, sa.Column("id", sa.BigInteger, primary_key=True), comment="groups of users")

memberships = sa.Table(
    "memberships",
    metadata,
    sa.Column("user_id", sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("group_id", sa.ForeignKey(groups.c.id), primary_key=True),
    sa.Column("since", sa.Date, nullable=False, index=True),
    sa.Index("ix_memberships_both", "group_id", "since"),
)
