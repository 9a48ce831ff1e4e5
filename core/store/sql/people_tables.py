"""The tables of people, their sign-ins and their preferences."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from core.store.sql.schema import metadata

people = Table(
    "people",
    metadata,
    Column("name", Text, primary_key=True),
    # Names of roles with blanks between.
    Column("given", Text, nullable=False),
    Column("told", Text, nullable=False),
    Column("invited_by", Text),
    Column("invited_at", BigInteger),
    Column("last_seen_at", BigInteger),
    Column("disabled_at", BigInteger),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_digest", Text, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("signed_in_at", BigInteger, nullable=False),
    Column("role", Text),
    Column("checked_at", BigInteger),
    Column("asked_at", BigInteger),
    Column("sealed", Text, nullable=False, server_default=""),
    Index("ix_sign_ins_signed_in", "signed_in_at"),
)

preferences = Table(
    "preferences",
    metadata,
    Column("actor", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)
