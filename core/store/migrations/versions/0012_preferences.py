"""People's preferences, and an index of the decisions that a person made lately."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "preferences",
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("actor"),
    )
    condition = sa.text("source = 'reviewer'")
    op.create_index(
        "ix_decisions_person",
        "decisions",
        ["actor", "decided_at"],
        sqlite_where=condition,
        postgresql_where=condition,
    )
