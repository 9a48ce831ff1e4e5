"""The tables of the audit log."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from core.store.sql.schema import WIDE, metadata

audit_events = Table(
    "audit_events",
    metadata,
    Column("seq", WIDE, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
    Column("link", Text, nullable=False, server_default=""),
    # What the link was made of, where an erasure took what the event said.
    Column("erased_digest", Text),
    Index("ix_audit_subject", "subject_id", "seq"),
    Index("ix_audit_kind", "kind", "seq"),
    Index("ix_audit_actor", "actor", "kind", "seq"),
)

# The last event of the chain (core.moderation.audit_chain), noted by a trigger.
audit_head = Table(
    "audit_head",
    metadata,
    Column("one", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("link", Text, nullable=False),
)
