"""An index of what the failure policy decided, so that it is found when a backend is back."""

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
