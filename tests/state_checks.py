"""Consistency rules between the rows of a state, checked in SQL independently of the tested
code."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection

from core.config import Settings

# Each query selects the rows that violate its rule.
INVARIANTS: dict[str, str] = {
    "version counts the decisions, whose positions have no gap": """
        SELECT r.id FROM revisions r LEFT JOIN decisions d ON d.revision_id = r.id
        GROUP BY r.id HAVING r.version <> count(d.id)
        OR coalesce(max(d.position), 0) <> count(d.id)""",
    "the current decision is the one nothing supersedes": """
        SELECT r.id FROM revisions r WHERE r.version > 0 AND coalesce((
        SELECT CASE count(*) WHEN 1 THEN min(d.id) END FROM decisions d WHERE d.revision_id = r.id
        AND NOT EXISTS (SELECT 1 FROM decisions s WHERE s.supersedes = d.id)
        ), 'none or several') <> coalesce(r.current_decision_id, '')""",
    "the current action is that of the last decision": """
        SELECT r.id FROM revisions r WHERE coalesce(r.current_action, '') <> coalesce((
        SELECT d.action FROM decisions d WHERE d.revision_id = r.id AND d.position = r.version
        ), '')""",
    "a comment has one latest revision": """
        SELECT comment_id FROM revisions GROUP BY comment_id HAVING sum(is_latest) <> 1""",
    "a case is open or escalated exactly while the latest revision waits, was reported or is "
    "checked": """
        SELECT r.id FROM revisions r LEFT JOIN cases c ON c.revision_id = r.id
        WHERE coalesce(c.status, 'closed') <> CASE
        WHEN r.withdrawn_at IS NOT NULL THEN 'closed'
        WHEN r.is_latest = 1 AND r.current_action = 'hold' THEN 'open'
        WHEN r.is_latest = 1 AND r.current_action = 'escalate' THEN 'escalated'
        ELSE 'closed' END
        AND NOT (r.withdrawn_at IS NULL AND r.is_latest = 1 AND r.current_action = 'approve'
        AND c.status = 'open' AND c.opened_because IN ('report', 'blind'))""",
    "a case that ended without a decision says why, and no other does": """
        SELECT c.id FROM cases c JOIN revisions r ON r.id = c.revision_id
        WHERE (c.closed_because IS NOT NULL)
        <> (c.status = 'closed' AND r.current_action IN ('hold', 'escalate'))
        AND NOT (c.closed_because IS NOT NULL AND c.status = 'closed'
        AND r.current_action = 'approve' AND c.opened_because IN ('report', 'blind'))""",
    "an open case counts the reports of all reporters who are not muted": """
        SELECT c.id FROM cases c WHERE c.status <> 'closed' AND c.report_count - (
        SELECT count(*) FROM reports p WHERE p.revision_id = c.revision_id AND NOT EXISTS (
        SELECT 1 FROM muted_reporters m WHERE m.source = p.source AND m.reporter = p.reporter))
        - (SELECT count(*) FROM revisions now JOIN revisions old ON old.comment_id = now.comment_id
        AND old.number < now.number JOIN cases ended ON ended.revision_id = old.id
        AND ended.closed_because IS NOT NULL AND ended.report_count > 0
        JOIN reports p ON p.revision_id = old.id WHERE now.id = c.revision_id AND NOT EXISTS (
        SELECT 1 FROM muted_reporters m WHERE m.source = p.source AND m.reporter = p.reporter)
        AND NOT EXISTS (SELECT 1 FROM revisions between_ JOIN decisions d
        ON d.revision_id = between_.id WHERE between_.comment_id = now.comment_id
        AND between_.number > old.number AND between_.number < now.number
        AND d.source = 'reviewer')) <> 0""",
    "a draft of a policy was published as the version after its base": """
        SELECT id FROM policy_drafts WHERE (state = 'published') <> (published_version IS NOT NULL)
        OR (state IN ('published', 'discarded')) <> (ended_by IS NOT NULL)
        OR state = 'published' AND published_version <> base_version + 1""",
    "a draft of a policy was published by another person, or the audit log says alone": """
        SELECT d.id FROM policy_drafts d JOIN audit_events e
        ON e.kind = 'policy.published' AND e.subject_id = CAST(d.published_version AS TEXT)
        WHERE (d.ended_by = d.author) <> (e.data LIKE '%"alone": "yes"%')""",
    "a published policy says what its draft says": """
        SELECT d.id FROM policy_drafts d JOIN policies p ON p.version = d.published_version
        WHERE p.body <> d.body""",
    "a person has at most one open draft": """
        SELECT author FROM policy_drafts WHERE state IN ('drafted', 'proposed')
        GROUP BY author HAVING count(*) > 1""",
    "a second look has the answers that its state says, each by another person": """
        SELECT id FROM second_looks WHERE (state = 'waiting') <> (second_actor IS NULL)
        OR (state = 'settled') <> (settled_actor IS NOT NULL)
        OR (state = 'agreed') <> (coalesce(second_action, '') = first_action)
        OR second_actor = first_actor OR settled_actor IN (first_actor, second_actor)
        OR golden_by IS NOT NULL AND (state <> 'agreed' OR golden_by IN (first_actor, second_actor))
        OR sampling_reason <> 'double_review'
        OR sampling_probability <= 0 OR sampling_probability > 1""",
    "a second look is at a person's decision on its text": """
        SELECT l.id FROM second_looks l JOIN decisions d ON d.id = l.decision_id
        WHERE l.revision_id <> d.revision_id OR d.source <> 'reviewer' OR d.actor <> l.first_actor
        OR d.action <> l.first_action OR l.opens_at <> d.effective_at""",
    "whoever answers a golden item decided nothing on it": """
        SELECT g.look_id FROM golden_answers g JOIN second_looks l ON l.id = g.look_id
        WHERE g.actor IN (l.first_actor, l.second_actor)""",
    "a report names the source of its comment": """
        SELECT p.id FROM reports p JOIN revisions r ON r.id = p.revision_id
        JOIN comments c ON c.id = r.comment_id WHERE p.source <> c.source""",
    "each case's text has its signature, unless it was erased": """
        SELECT c.id FROM cases c LEFT JOIN near_texts t ON t.revision_id = c.revision_id
        JOIN revisions r ON r.id = c.revision_id JOIN comments o ON o.id = r.comment_id
        WHERE (c.text_key IS NULL OR t.number IS NULL) <> (o.erased_at IS NOT NULL)""",
    "of an erased comment nothing is left to read": """
        SELECT c.id FROM comments c JOIN revisions r ON r.comment_id = c.id
        LEFT JOIN decisions d ON d.revision_id = r.id LEFT JOIN appeals a ON a.revision_id = r.id
        WHERE c.erased_at IS NOT NULL AND (c.author <> '[erased]' OR r.withdrawn_at IS NULL
        OR r.original || r.body <> '' OR coalesce(d.note || d.internal_note, '') <> ''
        OR coalesce(a.words, '') <> '')""",
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
        AND (r.current_action <> 'remove' OR a.decision_id <> r.current_decision_id
        AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.id = r.current_decision_id
        AND d.appeal_id = a.id AND d.supersedes = a.decision_id))""",
}


Place = Path | str
"""Where a state is: an SQLite file or the URL of a PostgreSQL database."""


def place_of(settings: Settings) -> Place:
    """Where the state of a console with these settings is."""
    return settings.state_path if settings.keeps_state_in_home else settings.state_url


def state_rows(place: Place, query: str) -> list[tuple[Any, ...]]:
    """What a query finds, asked beside the console's own code."""
    if isinstance(place, Path):
        with closing(sqlite3.connect(place)) as raw:
            return raw.execute(query).fetchall()
    with psycopg.connect(place) as connection:
        return connection.execute(query.encode()).fetchall()


def broken_invariants(place: Place) -> dict[str, list[str]]:
    """The violated rules, each with the ids of the violating rows; empty if the state is
    consistent."""
    if isinstance(place, Path):
        assert state_rows(place, "PRAGMA integrity_check") == [("ok",)]
        assert state_rows(place, "PRAGMA foreign_key_check") == []
    found = {rule: state_rows(place, query) for rule, query in INVARIANTS.items()}
    return {rule: [row[0] for row in rows] for rule, rows in found.items() if rows}


@contextmanager
def audit_changes_allowed(connection: Connection) -> Iterator[None]:
    """Without the triggers that keep audit events as they are, as somebody may work who owns the
    database."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ALTER TABLE audit_events DISABLE TRIGGER audit_kept")
        yield
        connection.exec_driver_sql("ALTER TABLE audit_events ENABLE TRIGGER audit_kept")
        return
    query = "SELECT name, sql FROM sqlite_master WHERE name LIKE 'audit_kept%'"
    triggers = connection.exec_driver_sql(query).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _, statement in triggers:
        connection.exec_driver_sql(statement)
