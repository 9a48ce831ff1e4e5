"""The tables of policies and of their drafts."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from core.store.sql.schema import WIDE, metadata

policies = Table(
    "policies",
    metadata,
    Column("version", WIDE, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

policy_drafts = Table(
    "policy_drafts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("author", Text, nullable=False),
    Column("base_version", WIDE, ForeignKey("policies.version"), nullable=False),
    # As that of a policy.
    Column("body", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("version", WIDE, nullable=False),
    Column("rolls_back_to", WIDE, ForeignKey("policies.version")),
    Column("ended_by", Text),
    Column("published_version", WIDE, ForeignKey("policies.version"), unique=True),
    Index("ix_policy_drafts_state", "state", "created_at"),
)
