"""Second looks at people's decisions, and answers to golden items."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "second_looks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("revision_id", sa.Text(), sa.ForeignKey("revisions.id"), nullable=False),
        sa.Column("decision_id", sa.Text(), sa.ForeignKey("decisions.id"), nullable=False),
        sa.Column("sampling_reason", sa.Text(), nullable=False),
        sa.Column("sampling_probability", sa.Float(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opens_at", sa.BigInteger(), nullable=False),
        sa.Column("first_actor", sa.Text(), nullable=False),
        sa.Column("first_action", sa.Text(), nullable=False),
        sa.Column("first_reason", sa.Text()),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("second_actor", sa.Text()),
        sa.Column("second_action", sa.Text()),
        sa.Column("second_reason", sa.Text()),
        sa.Column("second_note", sa.Text(), nullable=False),
        sa.Column("second_at", sa.BigInteger()),
        sa.Column("settled_actor", sa.Text()),
        sa.Column("settled_action", sa.Text()),
        sa.Column("settled_reason", sa.Text()),
        sa.Column("settled_note", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.BigInteger()),
        sa.Column("golden_by", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("decision_id"),
    )
    op.create_index("ix_second_looks_state", "second_looks", ["state", "opens_at"])
    op.create_index("ix_second_looks_second", "second_looks", ["second_actor", "second_at"])
    op.create_index("ix_second_looks_revision", "second_looks", ["revision_id"])
    op.create_table(
        "golden_answers",
        sa.Column("look_id", sa.Text(), sa.ForeignKey("second_looks.id"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("look_id", "actor"),
    )
