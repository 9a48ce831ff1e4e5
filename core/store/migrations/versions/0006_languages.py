"""The language of a decision's text, and an index to read the newest decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("decisions", sa.Column("language", sa.Text(), nullable=True))
    op.create_index("ix_decisions_decided", "decisions", ["decided_at"])
