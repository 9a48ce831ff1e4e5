"""The frequent reads use an index, so they stay fast with many comments."""

import sqlite3

import pytest

from core.store.sql import SqlStore
from core.store.sql.sqlite.database import SqliteDatabase

QUERIES = {
    "latest revision": "SELECT * FROM revisions WHERE comment_id = 'c' AND is_latest = 1",
    "chain or key": "SELECT * FROM decisions WHERE revision_id = 'r' OR idempotency_key = 'k' "
    "ORDER BY position",
    "waiting": "SELECT * FROM revisions WHERE is_latest = 1 AND current_action IS NULL "
    "ORDER BY received_at, id LIMIT 16",
    "queue": "SELECT * FROM cases WHERE status IN ('open') ORDER BY rank DESC LIMIT 200",
    "queue by score": "SELECT * FROM cases WHERE status IN ('open') ORDER BY priority DESC "
    "LIMIT 200",
    "reports": "SELECT * FROM reports WHERE revision_id = 'r'",
    "reporter": "SELECT * FROM reports WHERE source = 's' AND reporter = 'u'",
    "replies": "SELECT count(*) FROM comments WHERE source = 's' AND parent_source_id = '1'",
    "failed": "SELECT * FROM decisions JOIN revisions ON revisions.id = revision_id "
    "WHERE source = 'failure_policy' AND current_decision_id = decisions.id AND is_latest = 1 "
    "ORDER BY received_at, revisions.id LIMIT 16",
    "newest decisions": "SELECT source, language FROM decisions WHERE source != 'reviewer' "
    "ORDER BY decided_at DESC LIMIT 1000",
    "decided by a person": "SELECT revision_id, scores FROM decisions WHERE source = 'reviewer' "
    "AND actor = 'mina' AND decided_at >= 5",
    "next person": "SELECT min(actor) FROM decisions WHERE source = 'reviewer' AND actor > 'a'",
    "due messages": "SELECT * FROM outbox WHERE state = 'pending' AND channel = 'webhook' "
    "AND next_at <= 1 AND NOT EXISTS (SELECT * FROM outbox e WHERE "
    "e.comment_id = outbox.comment_id AND e.channel = outbox.channel "
    "AND e.audience = outbox.audience AND e.number < outbox.number AND e.state = 'pending') "
    "ORDER BY next_at, number LIMIT 8",
    "earlier messages": "SELECT * FROM outbox e WHERE e.comment_id = 'c' AND "
    "e.channel = 'webhook' AND e.audience = 'site' AND e.number < 5 AND e.state = 'pending'",
    "author": "SELECT count(*) FROM revisions JOIN comments ON comments.id = comment_id "
    "WHERE source = 's' AND author = 'a' AND is_latest = 1",
}
INDEXES = {
    "latest revision": "comment_id=?",
    "chain or key": "MULTI-INDEX OR",
    "waiting": "current_action=? AND is_latest=?",
    "queue": "ix_cases_rank",
    "queue by score": "ix_cases_queue",
    "reports": "revision_id=?",
    "reporter": "ix_reports_reporter",
    "replies": "ix_comments_parent",
    "failed": "ix_decisions_failure",
    "newest decisions": "ix_decisions_decided",
    "decided by a person": "ix_decisions_person (actor=? AND decided_at>?)",
    "next person": "ix_decisions_person (actor>?)",
    "author": "ix_comments_author",
    "due messages": "ix_outbox_due (channel=? AND next_at<?)",
    "earlier messages": "ix_outbox_order (comment_id=? AND channel=? AND audience=? AND number<?)",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_read_is_a_search_by_its_index(tmp_path, name):
    SqlStore(SqliteDatabase(tmp_path / "state.db")).close()
    connection = sqlite3.connect(tmp_path / "state.db")
    plan = connection.execute("EXPLAIN QUERY PLAN " + QUERIES[name]).fetchall()
    connection.close()
    steps = " / ".join(step[3] for step in plan)
    assert INDEXES[name] in steps
    assert "SCAN" not in steps.replace("SCAN decisions USING INDEX ix_decisions_decided", "")
