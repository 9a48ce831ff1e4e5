"""Keys and counts of 64 bits where a database has narrower ones; SQLite's always had them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

COLUMNS = (
    ("audit_events", "seq"),
    ("policies", "version"),
    ("revisions", "number"),
    ("revisions", "version"),
    ("decisions", "position"),
    ("decisions", "policy_version"),
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for table, column in COLUMNS:
        op.alter_column(table, column, existing_type=sa.Integer(), type_=sa.BigInteger())
    # The counter behind the column has a type, and an end, of its own.
    op.execute("ALTER SEQUENCE audit_events_seq_seq AS BIGINT")
