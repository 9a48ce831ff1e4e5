"""Consistency rules between the rows of a state, checked in SQL independently of the tested
code."""

import sqlite3
from contextlib import closing
from pathlib import Path

# Each query selects the rows that violate its rule.
INVARIANTS: dict[str, str] = {
    "version counts the decisions, whose positions have no gap": """
        SELECT r.id FROM revisions r LEFT JOIN decisions d ON d.revision_id = r.id
        GROUP BY r.id HAVING r.version <> count(d.id)
        OR coalesce(max(d.position), 0) <> count(d.id)""",
    "the current decision is the one nothing supersedes": """
        SELECT r.id FROM revisions r WHERE r.version > 0 AND (
        SELECT group_concat(d.id) FROM decisions d WHERE d.revision_id = r.id
        AND NOT EXISTS (SELECT 1 FROM decisions s WHERE s.supersedes = d.id)
        ) IS NOT r.current_decision_id""",
    "the current action is that of the last decision": """
        SELECT r.id FROM revisions r WHERE r.current_action IS NOT (
        SELECT d.action FROM decisions d WHERE d.revision_id = r.id AND d.position = r.version)""",
    "a comment has one latest revision": """
        SELECT comment_id FROM revisions GROUP BY comment_id HAVING sum(is_latest) <> 1""",
    "a case is open or escalated exactly while the latest revision is visible and undecided": """
        SELECT r.id FROM revisions r LEFT JOIN cases c ON c.revision_id = r.id
        WHERE coalesce(c.status, 'closed') <> CASE
        WHEN r.withdrawn_at IS NOT NULL THEN 'closed'
        WHEN r.is_latest = 1 AND r.current_action = 'hold' THEN 'open'
        WHEN r.is_latest = 1 AND r.current_action = 'escalate' THEN 'escalated'
        ELSE 'closed' END""",
    "a case that ended without a decision says why, and no other does": """
        SELECT c.id FROM cases c JOIN revisions r ON r.id = c.revision_id
        WHERE (c.closed_because IS NOT NULL)
        <> (c.status = 'closed' AND r.current_action IN ('hold', 'escalate'))""",
    "no appeal is pending on a replaced or withdrawn text": """
        SELECT a.id FROM appeals a JOIN revisions r ON r.id = a.revision_id
        WHERE a.status = 'pending' AND (r.is_latest = 0 OR r.withdrawn_at IS NOT NULL)""",
    "a revision and each decision on it have one event": """
        SELECT r.id FROM revisions r WHERE 1 + r.version <> (
        SELECT count(*) FROM audit_events e WHERE e.subject_id = r.id AND e.kind IN (
        'comment.stored', 'comment.edited', 'decision.automated', 'decision.reviewed',
        'decision.undone', 'decision.reopened'))""",
    "a pending or upheld appeal is about the decision that stands": """
        SELECT a.id FROM appeals a JOIN revisions r ON r.id = a.revision_id
        WHERE a.status <> 'overturned'
        AND (a.decision_id <> r.current_decision_id OR r.current_action <> 'remove')""",
}


def broken_invariants(state: Path) -> dict[str, list[str]]:
    """The violated rules, each with the ids of the violating rows; empty if the state is
    consistent."""
    with closing(sqlite3.connect(state)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        found = {rule: raw.execute(query).fetchall() for rule, query in INVARIANTS.items()}
    return {rule: [row[0] for row in rows] for rule, rows in found.items() if rows}
