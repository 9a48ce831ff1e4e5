"""Where a comment's author gets notices."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("comments", sa.Column("author_email", sa.Text()))
