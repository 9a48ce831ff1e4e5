"""When an appeal is to be answered, and what people said about it before they saw the decision.

Known appeals are due a week after they were filed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

WEEK_US = 7 * 24 * 3_600 * 1_000_000


def upgrade() -> None:
    op.add_column(
        "appeals", sa.Column("due_at", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.execute(f"UPDATE appeals SET due_at = filed_at + {WEEK_US}")
    op.create_table(
        "first_looks",
        sa.Column("appeal_id", sa.Text(), sa.ForeignKey("appeals.id"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text()),
        sa.Column("looked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("appeal_id", "actor"),
    )
