"""From when a decision holds, notes among the staff, and who has a case open.

All decisions of earlier versions held at once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column(
        "decisions",
        sa.Column("effective_at", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.execute("UPDATE decisions SET effective_at = decided_at")
    op.add_column(
        "decisions",
        sa.Column("internal_note", sa.Text(), server_default="", nullable=False),
    )
    op.create_table(
        "claims",
        sa.Column("revision_id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"]),
        sa.PrimaryKeyConstraint("revision_id"),
    )
