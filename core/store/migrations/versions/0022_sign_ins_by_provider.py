"""Sign-ins by an identity provider: the role it told, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("sign_ins", sa.Column("role", sa.Text(), nullable=True))
    op.add_column("sign_ins", sa.Column("checked_at", sa.BigInteger(), nullable=True))
    op.add_column("sign_ins", sa.Column("asked_at", sa.BigInteger(), nullable=True))
    op.add_column("sign_ins", sa.Column("sealed", sa.Text(), nullable=False, server_default=""))
