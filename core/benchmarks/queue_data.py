"""A made-up state with very many cases: the same one for the same number of them."""

import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table

from core.moderation.cases import Case, CaseStatus, CaseTrigger
from core.moderation.languages import NAMES
from core.moderation.priority import rank_of
from core.moderation.queue import queue_score, tenth_of
from core.moderation.scores import Label
from core.store.sql import SqlStore, rows
from core.store.sql.tables import audit_events, cases, claims, comments, decisions, revisions

START = datetime(2026, 9, 1, tzinfo=UTC)
SPAN = timedelta(days=90)
"""The cases were opened in these days."""
NOW = START + SPAN
CHUNK = 10_000
HELD = 200
VOCABULARY = 50_000
_SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu an el is or un"
_LABELS = (Label.TOXICITY, Label.INSULT, Label.OBSCENE, Label.THREAT, Label.IDENTITY_ATTACK)
_LABEL_SHARES = (40, 35, 15, 6, 4)
_STATUSES = (CaseStatus.OPEN, CaseStatus.ESCALATED, CaseStatus.CLOSED)
_STATUS_SHARES = (40, 2, 58)
_TRIGGERS = (CaseTrigger.HOLD, CaseTrigger.BLIND, CaseTrigger.LANGUAGE, CaseTrigger.NOT_SCORED)
_TRIGGER_SHARES = (90, 3, 5, 2)
_SOURCES = tuple(f"site-{number}" for number in range(12))
_LANGUAGES = tuple(NAMES)[:20]
_ACTIONS = ("approve", "remove")
MODERATORS = tuple(f"moderator-{number}" for number in range(50))


class _Words:
    """Words that occur as unevenly as in a language: the n-th most frequent 1/n as often as the
    first."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        made: dict[str, None] = {}
        while len(made) < VOCABULARY:
            made["".join(chance.choices(_SYLLABLES.split(), k=chance.randint(1, 4)))] = None
        self.words = list(made)
        self._shares = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))

    def text(self) -> str:
        count = min(3 + int(self._chance.expovariate(1 / 30)), 400)
        return " ".join(self._chance.choices(self.words, cum_weights=self._shares, k=count))


class MadeUp(NamedTuple):
    """`words` are those of the texts, the most frequent first."""

    words: list[str]
    revision_ids: list[str]


def fill(store: SqlStore, count: int, say: Callable[[str], None]) -> MadeUp:
    """Adds `count` cases with their comments and decisions; a policy must be in force. The index of
    the search is built at the end, as a migration builds it: so it takes a quarter of the time."""
    chance = random.Random(20261127)
    words = _Words(chance)
    revision_ids: list[str] = []
    open_ids: list[str] = []
    with store.transaction() as connection:
        triggers = take_triggers(connection)
    for start in range(0, count, CHUNK):
        numbers = range(start, min(start + CHUNK, count))
        made = [_rows(chance, words, START + SPAN * number / count) for number in numbers]
        with store.transaction() as connection:
            for table in (comments, revisions, decisions, cases, audit_events):
                _add(connection, table, [row for each in made for row in each[table.name]])
        found = [each["cases"][0] for each in made]
        revision_ids += [row["revision_id"] for row in found]
        open_ids += [row["revision_id"] for row in found if row["status"] == CaseStatus.OPEN]
        say(f"made {numbers.stop:,} of {count:,} cases")
    with store.transaction() as connection:
        _add(connection, claims, list(_claims(chance, open_ids)))
        store.index_texts(connection)
        for statement in triggers:
            connection.exec_driver_sql(statement)
    return MadeUp(words.words, revision_ids)


def take_triggers(connection: Connection) -> list[str]:
    """SQLite's, which would keep the index row by row."""
    if connection.dialect.name != "sqlite":
        return []
    # Far more than the pages that one insert touches, or random keys are slow.
    connection.exec_driver_sql("PRAGMA cache_size = -1000000")
    found = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).all()
    for name, _ in found:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    return [sql for _, sql in found]


def _add(connection: Connection, table: Table, made: list[dict[str, Any]]) -> None:
    if not made:
        return
    names = ", ".join(made[0])
    values = [tuple(row.values()) for row in made]
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(made[0]))
        statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"
        connection.exec_driver_sql(statement, values)
        return
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copying:
        for row in values:
            copying.write_row(row)


def _rows(
    chance: random.Random, words: _Words, opened_at: datetime
) -> dict[str, list[dict[str, Any]]]:
    comment_id, revision_id, case_id = (_id(chance) for _ in range(3))
    (status,) = chance.choices(_STATUSES, _STATUS_SHARES)
    (trigger,) = chance.choices(_TRIGGERS, _TRIGGER_SHARES)
    is_scored = trigger is CaseTrigger.HOLD
    score = round(min(0.5 + chance.expovariate(6), 1.0), 4)
    label = chance.choices(_LABELS, _LABEL_SHARES)[0] if is_scored else None
    is_foreign = trigger is CaseTrigger.LANGUAGE
    language = chance.choice(_LANGUAGES) if is_foreign or chance.random() < 0.05 else "en"
    severity = {CaseTrigger.BLIND: 0.75, CaseTrigger.LANGUAGE: 0.0, CaseTrigger.NOT_SCORED: 1.0}
    case = Case(
        case_id, revision_id, status, trigger, severity.get(trigger, score), label, opened_at
    )
    moment = rows.to_micros(opened_at)
    author = f"author-{int(200_000 * chance.random() ** 3)}"
    source = _SOURCES[int(len(_SOURCES) * chance.random() ** 2)]
    text = words.text()
    first = _decision(chance, revision_id, 1, moment, source="rule", actor="system", action="hold")
    first |= {"scores": json.dumps({label: score} if label else {}), "language": language}
    made, decided_at = [first], moment
    if status is not CaseStatus.OPEN:
        decided_at = moment + int(chance.expovariate(1 / 3.6e9))
        made.append(_review(chance, words, first, status, decided_at))
    last = made[-1]
    case_score = queue_score(case)
    case_row = rows.case_to_row(case) | {
        "id": case_id,
        "revision_id": revision_id,
        "report_count": int(chance.expovariate(1.2)) if chance.random() < 0.2 else 0,
        "rank": rank_of(case),
        "source": source,
        "author": author,
        "language": language,
        "score": case_score,
        "tenth": tenth_of(case_score),
        "decided_at": decided_at,
    }
    return {
        "comments": [
            {
                "id": comment_id,
                "source": source,
                "source_id": comment_id,
                "author": author,
                "created_at": moment,
            }
        ],
        "revisions": [
            {
                "id": revision_id,
                "comment_id": comment_id,
                "number": 1,
                "original": text,
                "body": text,
                "reference": _id(chance),
                "received_at": moment,
                "is_latest": 1,
                "version": len(made),
                "current_decision_id": last["id"],
                "current_action": last["action"],
            }
        ],
        "decisions": made,
        "cases": [case_row],
        "audit_events": [
            {
                "id": _id(chance),
                "kind": "decision.automated",
                "actor": "system",
                "subject_id": revision_id,
                "occurred_at": moment,
                "data": "{}",
            }
        ],
    }


def _review(
    chance: random.Random,
    words: _Words,
    first: dict[str, Any],
    status: CaseStatus,
    decided_at: int,
) -> dict[str, Any]:
    action = "escalate" if status is CaseStatus.ESCALATED else chance.choice(_ACTIONS)
    actor = chance.choice(MODERATORS)
    review = _decision(
        chance, first["revision_id"], 2, decided_at, source="reviewer", actor=actor, action=action
    )
    review["supersedes"] = first["id"]
    if action == "remove":
        review["reason_code"] = "harassment"
    if chance.random() < 0.1:
        review["note"] = words.text()[:200]
    return review


def _decision(
    chance: random.Random, revision_id: str, position: int, decided_at: int, **made: str
) -> dict[str, Any]:
    """`made` are source, actor and action."""
    decision_id = _id(chance)
    return {
        "id": decision_id,
        "revision_id": revision_id,
        "position": position,
        "policy_version": 1,
        "decided_at": decided_at,
        "effective_at": decided_at,
        "rule_ids": "[]",
        "reason_code": None,
        "note": "",
        "internal_note": "",
        "scores": "{}",
        "supersedes": None,
        "language": None,
        "idempotency_key": decision_id,
        **made,
    }


def _claims(chance: random.Random, open_ids: list[str]) -> Iterator[dict[str, Any]]:
    until = rows.to_micros(NOW + timedelta(days=1))
    for revision_id in chance.sample(open_ids, min(HELD, len(open_ids))):
        yield {
            "revision_id": revision_id,
            "actor": chance.choice(MODERATORS),
            "claimed_at": rows.to_micros(NOW),
            "expires_at": until,
        }


def _id(chance: random.Random) -> str:
    return f"{chance.getrandbits(128):032x}"
