"""The index of the search in PostgreSQL; SQLite has one since 0010.

The known texts are read once, a million in about four minutes.
"""

from alembic import op

from core.store.sql.postgres.search_index import make_index

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    # Alembic's offline mode has no rows to read.
    if op.get_context().dialect.name == "postgresql" and not op.get_context().as_sql:
        make_index(op.get_bind())
