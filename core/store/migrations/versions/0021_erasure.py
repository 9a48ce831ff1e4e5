"""Comments whose author and texts were erased, and audit events that keep only the digest of what
they said. Such an erasure is the one change of an event that the triggers let through."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0019"

WORDS = "audit events are never changed or deleted"
UNCHANGED = " AND ".join(
    f"NEW.{name} = OLD.{name}" for name in ("seq", "id", "kind", "actor", "occurred_at", "link")
)
IS_ERASURE = f"""(OLD.erased_digest IS NULL AND NEW.erased_digest IS NOT NULL
    AND NEW.subject_id = '[erased]' AND NEW.data = '{{}}'
    AND OLD.kind IN ('reporter.muted', 'reporter.unmuted') AND {UNCHANGED})"""
TRIGGERS = {
    "sqlite": (
        "DROP TRIGGER audit_kept_update",
        f"CREATE TRIGGER audit_kept_update BEFORE UPDATE ON audit_events WHEN NOT {IS_ERASURE} "
        f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END",
    ),
    "postgresql": (
        "DROP TRIGGER audit_kept ON audit_events",
        f"CREATE OR REPLACE FUNCTION audit_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF TG_OP = 'UPDATE' THEN IF {IS_ERASURE} THEN RETURN NEW; END IF; END IF; "
        f"RAISE EXCEPTION '{WORDS}'; END $$",
        "CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE ON audit_events "
        "FOR EACH ROW EXECUTE FUNCTION audit_kept()",
    ),
}


def upgrade() -> None:
    op.add_column("comments", sa.Column("erased_at", sa.BigInteger(), nullable=True))
    op.add_column("audit_events", sa.Column("erased_digest", sa.Text(), nullable=True))
    for statement in TRIGGERS[op.get_context().dialect.name]:
        op.execute(statement)
