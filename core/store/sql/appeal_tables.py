"""The tables of appeals."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from core.store.sql.schema import metadata

appeals = Table(
    "appeals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("decision_id", Text, ForeignKey("decisions.id"), nullable=False, unique=True),
    Column("revision_id", Text, ForeignKey("revisions.id"), nullable=False),
    Column("words", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("filed_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False, server_default="0"),
    Column("heard_by", Text),
    Column("outcome_reason", Text),
    Column("heard_at", BigInteger),
    Index("ix_appeals_status", "status", "filed_at"),
    Index("ix_appeals_revision", "revision_id"),
)

first_looks = Table(
    "first_looks",
    metadata,
    Column("appeal_id", Text, ForeignKey("appeals.id"), primary_key=True),
    Column("actor", Text, primary_key=True),
    Column("action", Text, nullable=False),
    Column("reason_code", Text),
    Column("looked_at", BigInteger, nullable=False),
)
