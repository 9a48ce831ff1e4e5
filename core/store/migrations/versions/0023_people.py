"""People with their roles, of several kinds."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("given", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.Text()),
        sa.Column("invited_at", sa.BigInteger()),
        sa.Column("last_seen_at", sa.BigInteger()),
        sa.Column("disabled_at", sa.BigInteger()),
    )
