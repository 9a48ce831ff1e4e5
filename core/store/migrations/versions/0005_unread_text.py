"""A column for how much of a text no model read. Earlier versions did not count it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("decisions", sa.Column("unread_chars", WIDE, server_default="0", nullable=False))
