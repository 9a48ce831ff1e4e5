"""Sign-ins: every console on the state knows them. Earlier versions kept them in memory."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("signed_in_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_digest"),
    )
    op.create_index("ix_sign_ins_signed_in", "sign_ins", ["signed_in_at"])
