"""The outbox: messages to the site and to authors. Earlier decisions get none."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IS_PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("number", WIDE, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("comment_id", sa.Text(), sa.ForeignKey("comments.id"), nullable=False),
        sa.Column("revision_id", sa.Text(), sa.ForeignKey("revisions.id"), nullable=False),
        sa.Column("decision_id", sa.Text(), sa.ForeignKey("decisions.id"), nullable=False),
        sa.Column("appeal_id", sa.Text(), sa.ForeignKey("appeals.id")),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", WIDE, nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_outbox_state", "outbox", ["channel", "state", "ended_at", "due_at"])
    op.create_index("ix_outbox_order", "outbox", ["comment_id", "channel", "audience", "number"])
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["channel", "next_at"],
        sqlite_where=IS_PENDING,
        postgresql_where=IS_PENDING,
    )
