"""Reports, and for each case: why it was sampled, how much attention its comment has, and its rank
in the queue."""

import math

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HALF_LIFE_MICROS = 24 * 3600 * 1_000_000
CHUNK_ROWS = 1_000


def upgrade() -> None:
    _add_columns()
    op.create_index("ix_cases_rank", "cases", ["status", "rank"])
    op.create_index("ix_comments_parent", "comments", ["source", "parent_source_id"])
    op.create_table(
        "reports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("revision_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reporter", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("revision_id", "reporter"),
    )
    op.create_index("ix_reports_reporter", "reports", ["source", "reporter"])
    op.create_table(
        "muted_reporters",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reporter", sa.Text(), nullable=False),
        sa.Column("muted_by", sa.Text(), nullable=False),
        sa.Column("muted_at", sa.BigInteger(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "reporter"),
    )
    if not op.get_context().as_sql:
        _fill(op.get_bind())


def _add_columns() -> None:
    columns = (
        ("sampling_reason", sa.Text(), "flag"),
        ("sampling_probability", sa.Float(), "1"),
        ("reply_count", WIDE, "0"),
        ("report_count", WIDE, "0"),
        ("trusted_report_count", WIDE, "0"),
        ("rank", sa.Float(), "0"),
    )
    for name, kind, default in columns:
        op.add_column("cases", sa.Column(name, kind, nullable=False, server_default=default))


def _fill(connection: sa.Connection) -> None:
    # A case that was opened by a hold and reopened later is still there because of the hold.
    connection.exec_driver_sql(
        "UPDATE cases SET sampling_reason = 'reopened' WHERE opened_because = 'reopened' "
        "AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.revision_id = cases.revision_id "
        "AND d.source <> 'reviewer' AND d.action IN ('hold', 'escalate'))"
    )
    connection.exec_driver_sql(
        "UPDATE cases SET reply_count = (SELECT count(*) FROM revisions r "
        "JOIN comments c ON c.id = r.comment_id "
        "JOIN comments a ON a.source = c.source AND a.parent_source_id = c.source_id "
        "WHERE r.id = cases.revision_id)"
    )
    cases = sa.table(
        "cases",
        sa.column("id", sa.Text()),
        sa.column("priority", sa.Float()),
        sa.column("reply_count", sa.BigInteger()),
        sa.column("opened_at", sa.BigInteger()),
        sa.column("rank", sa.Float()),
    )
    found = connection.execute(
        sa.select(cases.c.id, cases.c.priority, cases.c.reply_count, cases.c.opened_at)
    ).all()
    change = (
        sa.update(cases)
        .where(cases.c.id == sa.bindparam("case_id"))
        .values(rank=sa.bindparam("new_rank"))
    )
    for start in range(0, len(found), CHUNK_ROWS):
        chunk = found[start : start + CHUNK_ROWS]
        ranks = [{"case_id": row[0], "new_rank": _rank(*row[1:])} for row in chunk]
        connection.execute(change, ranks)


def _rank(severity: float, replies: int, opened_at: int) -> float:
    """As the queue computed it when this migration was written, without reports."""
    lasting = max(severity, 2.0**-64) * (1 + 3 * replies / (replies + 10))
    return math.log2(lasting) - opened_at / HALF_LIFE_MICROS
