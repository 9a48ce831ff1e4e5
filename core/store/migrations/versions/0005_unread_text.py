"""A column for how much of a text no model read. Earlier versions did not count it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column(
        "decisions",
        sa.Column("unread_chars", sa.Integer(), server_default="0", nullable=False),
    )
