"""The tables. Times are integer microseconds since 1970 UTC, JSON is text, ids the client's.

Kept to what SQLite, PostgreSQL and DuckDB all take.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    and_,
    literal_column,
)

metadata = MetaData()
# 64 bits everywhere: SQLite's INTEGER has them, and takes no other name for a key it counts up.
WIDE = BigInteger().with_variant(Integer(), "sqlite")

threads = Table(
    "threads",
    metadata,
    Column("source", Text, primary_key=True),
    Column("source_id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("author", Text),
    Column("created_at", BigInteger, nullable=False),
)

comments = Table(
    "comments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("parent_source_id", Text),
    # 0: nobody told when it was written, and `created_at` is when it was read.
    Column("is_time_known", Integer, nullable=False, server_default="1"),
    UniqueConstraint("source", "source_id"),
    Index("ix_comments_author", "source", "author"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("comment_id", Text, ForeignKey("comments.id"), nullable=False),
    Column("number", WIDE, nullable=False),
    Column("original", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("reference", Text, nullable=False, unique=True),
    Column("received_at", BigInteger, nullable=False),
    Column("is_latest", Integer, nullable=False),
    Column("version", WIDE, nullable=False),
    Column("current_decision_id", Text),
    Column("current_action", Text),
    Column("withdrawn_at", BigInteger),
    UniqueConstraint("comment_id", "number"),
    # For `waiting_revisions`. `is_latest` must not come first: nearly every row has it, and SQLite
    # would take this index for any query that names it.
    Index("ix_revisions_waiting", "current_action", "is_latest", "received_at"),
)

IS_WAITING = and_(
    revisions.c.current_action.is_(None),
    revisions.c.is_latest == 1,
    revisions.c.withdrawn_at.is_(None),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("revision_id", Text, ForeignKey("revisions.id"), nullable=False),
    Column("position", WIDE, nullable=False),
    Column("action", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("policy_version", WIDE, ForeignKey("policies.version"), nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("rule_ids", Text, nullable=False),
    Column("reason_code", Text),
    Column("note", Text, nullable=False),
    Column("model_version", Text),
    Column("backend", Text),
    Column("scores", Text, nullable=False),
    Column("supersedes", Text, ForeignKey("decisions.id"), unique=True),
    Column("undoes", Text, ForeignKey("decisions.id")),
    Column("appeal_id", Text),
    Column("idempotency_key", Text, nullable=False, unique=True),
    UniqueConstraint("revision_id", "position"),
)

# Written out, not bound: a database uses a partial index only where it sees the condition itself.
IS_FAILURE = decisions.c.source == literal_column("'failure_policy'")
# For `failed_revisions`: few decisions are the failure policy's, and it is asked often.
Index(
    "ix_decisions_failure",
    decisions.c.source,
    sqlite_where=IS_FAILURE,
    postgresql_where=IS_FAILURE,
)

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("revision_id", Text, ForeignKey("revisions.id"), nullable=False, unique=True),
    Column("status", Text, nullable=False),
    Column("opened_because", Text, nullable=False),
    Column("priority", Float, nullable=False),
    Column("scored_label", Text),
    Column("opened_at", BigInteger, nullable=False),
    Column("closed_because", Text),
    Index("ix_cases_queue", "status", "priority"),
)

appeals = Table(
    "appeals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("decision_id", Text, ForeignKey("decisions.id"), nullable=False, unique=True),
    Column("revision_id", Text, ForeignKey("revisions.id"), nullable=False),
    Column("words", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("filed_at", BigInteger, nullable=False),
    Column("heard_by", Text),
    Column("outcome_reason", Text),
    Column("heard_at", BigInteger),
    Index("ix_appeals_status", "status", "filed_at"),
    Index("ix_appeals_revision", "revision_id"),
)

policies = Table(
    "policies",
    metadata,
    Column("version", WIDE, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

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
    Index("ix_audit_subject", "subject_id", "seq"),
)
