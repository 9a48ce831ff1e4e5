"""The chain of the audit log, and triggers that note its head and refuse changes.

The links of known events are computed here: a million take about half a minute.
"""

import sqlalchemy as sa
from alembic import op

from core.moderation.audit_chain import StoredEvent, digest_of, link_after

revision = "0014"
down_revision = "0013"

CHUNK_ROWS = 10_000
NEXT = sa.text("""
    SELECT seq, id, kind, actor, subject_id, occurred_at, data FROM audit_events
    WHERE seq > :last ORDER BY seq LIMIT :count""")
LINK = sa.text("UPDATE audit_events SET link = :link WHERE seq = :seq")
HEAD = sa.text("INSERT INTO audit_head (one, seq, link) VALUES (1, :seq, :link)")
NOTE = """
    INSERT INTO audit_head (one, seq, link) VALUES (1, NEW.seq, NEW.link)
    ON CONFLICT (one) DO UPDATE SET seq = excluded.seq, link = excluded.link"""
WORDS = "audit events are never changed or deleted"
TRIGGERS = {
    "sqlite": (
        f"CREATE TRIGGER audit_noted AFTER INSERT ON audit_events BEGIN {NOTE}; END",
        *(
            f"CREATE TRIGGER audit_kept_{act.lower()} BEFORE {act} ON audit_events "
            f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
            for act in ("UPDATE", "DELETE")
        ),
    ),
    "postgresql": (
        f"CREATE FUNCTION audit_noted() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {NOTE}; RETURN NULL; END $$",
        "CREATE TRIGGER audit_noted AFTER INSERT ON audit_events "
        "FOR EACH ROW EXECUTE FUNCTION audit_noted()",
        f"CREATE FUNCTION audit_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WORDS}'; END $$",
        "CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE ON audit_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_kept()",
    ),
}


def upgrade() -> None:
    op.add_column("audit_events", sa.Column("link", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "audit_head",
        sa.Column("one", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("one"),
    )
    if not op.get_context().as_sql:  # Alembic's offline mode has no rows to read
        _link_known(op.get_bind())
    for statement in TRIGGERS[op.get_context().dialect.name]:
        op.execute(statement)


def _link_known(connection: sa.Connection) -> None:
    last, link = 0, ""
    while known := connection.execute(NEXT, {"last": last, "count": CHUNK_ROWS}).all():
        linked = []
        for row in known:
            link = link_after(link, digest_of(StoredEvent(**row._mapping, link="")))
            linked.append({"seq": row.seq, "link": link})
        connection.execute(LINK, linked)
        last = known[-1].seq
    if last:
        connection.execute(HEAD, {"seq": last, "link": link})
