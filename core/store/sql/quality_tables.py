"""The tables of second looks and golden items."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Table, Text

from core.store.sql.schema import metadata

second_looks = Table(
    "second_looks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("revision_id", Text, ForeignKey("revisions.id"), nullable=False),
    Column("decision_id", Text, ForeignKey("decisions.id"), nullable=False, unique=True),
    Column("sampling_reason", Text, nullable=False),
    Column("sampling_probability", Float, nullable=False),
    Column("state", Text, nullable=False),
    Column("opens_at", BigInteger, nullable=False),
    # What was decided; its notes are the decision's.
    Column("first_actor", Text, nullable=False),
    Column("first_action", Text, nullable=False),
    Column("first_reason", Text),
    Column("first_at", BigInteger, nullable=False),
    Column("second_actor", Text),
    Column("second_action", Text),
    Column("second_reason", Text),
    Column("second_note", Text, nullable=False),
    Column("second_at", BigInteger),
    Column("settled_actor", Text),
    Column("settled_action", Text),
    Column("settled_reason", Text),
    Column("settled_note", Text, nullable=False),
    Column("settled_at", BigInteger),
    Column("golden_by", Text),
    Index("ix_second_looks_state", "state", "opens_at"),
    Index("ix_second_looks_second", "second_actor", "second_at"),
    Index("ix_second_looks_revision", "revision_id"),
)

golden_answers = Table(
    "golden_answers",
    metadata,
    Column("look_id", Text, ForeignKey("second_looks.id"), primary_key=True),
    Column("actor", Text, primary_key=True),
    Column("action", Text, nullable=False),
    Column("reason_code", Text),
    Column("note", Text, nullable=False),
    Column("answered_at", BigInteger, nullable=False),
)
