"""Drafts of policies. Policies that are stored had none."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "policy_drafts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("base_version", WIDE, sa.ForeignKey("policies.version"), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("version", WIDE, nullable=False),
        sa.Column("rolls_back_to", WIDE, sa.ForeignKey("policies.version")),
        sa.Column("ended_by", sa.Text()),
        sa.Column("published_version", WIDE, sa.ForeignKey("policies.version")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("published_version"),
    )
    op.create_index("ix_policy_drafts_state", "policy_drafts", ["state", "created_at"])
