"""64-bit keys and counts in databases where they were narrower; SQLite's integers are 64-bit."""

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
    # The column's sequence has a separate type and would still end at 2^31 - 1.
    op.execute("ALTER SEQUENCE audit_events_seq_seq AS BIGINT")
