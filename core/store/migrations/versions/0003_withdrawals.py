"""Columns for withdrawn texts, cases closed without a decision, and comments of unknown time.

Pending appeals whose text was edited are closed, as an edit does from this version on.
"""

import json
import time
import uuid

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

HOUR_US = 3_600_000_000
CLOSING_WORDS = (
    "The text was changed before anybody heard your appeal. The removal was of the text as it "
    "was, so there is nothing left to hear; the new text gets its own decision."
)
# Earlier versions stored the time of reading for comments of unknown time, up to an hour before
# `received_at`. A known time may look the same; marking it as unknown does no harm, because only a
# time that the source itself sends can replace it.
GUESSED_TIME = """
    UPDATE comments SET is_time_known = 0 WHERE EXISTS (
    SELECT 1 FROM revisions r WHERE r.comment_id = comments.id AND r.number = 1
    AND r.received_at - comments.created_at BETWEEN 0 AND :hour)"""
LOST_APPEALS = """
    SELECT a.id, a.revision_id FROM appeals a JOIN revisions r ON r.id = a.revision_id
    WHERE a.status = 'pending' AND r.is_latest = 0"""
CLOSE_APPEAL = """
    UPDATE appeals SET status = 'closed', outcome_reason = :words, heard_at = :now WHERE id = :id"""
ADD_EVENT = """
    INSERT INTO audit_events (id, kind, actor, subject_id, occurred_at, data)
    VALUES (:event, 'appeal.closed', 'system', :revision, :now, :data)"""
CLOSED_BY_EDIT = """
    UPDATE cases SET closed_because = 'edited' WHERE status = 'closed' AND revision_id IN (
    SELECT id FROM revisions WHERE is_latest = 0 AND current_action IN ('hold', 'escalate'))"""


def upgrade() -> None:
    op.add_column(
        "comments",
        sa.Column("is_time_known", sa.Integer(), server_default="1", nullable=False),
    )
    op.add_column("revisions", sa.Column("withdrawn_at", sa.BigInteger(), nullable=True))
    op.add_column("cases", sa.Column("closed_because", sa.Text(), nullable=True))
    if not op.get_context().as_sql:  # Alembic's offline mode has no rows to change
        _close_what_is_gone(op.get_bind())


def _close_what_is_gone(connection: sa.Connection) -> None:
    connection.execute(sa.text(GUESSED_TIME), {"hour": HOUR_US})
    connection.execute(sa.text(CLOSED_BY_EDIT))
    now = time.time_ns() // 1_000
    for appeal_id, revision_id in connection.execute(sa.text(LOST_APPEALS)).all():
        words = {"words": CLOSING_WORDS, "now": now, "id": appeal_id}
        connection.execute(sa.text(CLOSE_APPEAL), words)
        data = json.dumps({"appeal": appeal_id, "because": "edited"}, sort_keys=True)
        event = {"event": uuid.uuid4().hex, "revision": revision_id, "now": now, "data": data}
        connection.execute(sa.text(ADD_EVENT), event)
