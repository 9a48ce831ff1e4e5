"""An index of the failure policy's decisions, to find them quickly once a backend answers."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    condition = sa.text("source = 'failure_policy'")
    op.create_index(
        "ix_decisions_failure",
        "decisions",
        ["source"],
        unique=False,
        sqlite_where=condition,
        postgresql_where=condition,
    )
