"""The table of messages to the site and to authors."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text, literal_column

from core.store.sql.tables import WIDE, metadata

outbox = Table(
    "outbox",
    metadata,
    # In the order in which the decisions were stored.
    Column("number", WIDE, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("comment_id", Text, ForeignKey("comments.id"), nullable=False),
    Column("revision_id", Text, ForeignKey("revisions.id"), nullable=False),
    Column("decision_id", Text, ForeignKey("decisions.id"), nullable=False),
    Column("appeal_id", Text, ForeignKey("appeals.id")),
    Column("state", Text, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("attempts", WIDE, nullable=False),
    Column("detail", Text, nullable=False),
    Column("ended_at", BigInteger),
    Index("ix_outbox_state", "channel", "state", "ended_at", "due_at"),
    # Of one comment, those to be sent in order.
    Index("ix_outbox_order", "comment_id", "channel", "audience", "number"),
)

# A literal, as for the other partial indexes: see tables.py.
IS_PENDING = outbox.c.state == literal_column("'pending'")
Index(
    "ix_outbox_due",
    outbox.c.channel,
    outbox.c.next_at,
    sqlite_where=IS_PENDING,
    postgresql_where=IS_PENDING,
)
