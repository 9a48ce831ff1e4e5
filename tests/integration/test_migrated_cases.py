"""Cases of earlier versions: their place in the queue and why they are there."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from core.moderation.cases import Attention
from core.moderation.priority import rank_of
from core.moderation.queue import QueueFilter, QueueOrder, QueueQuery
from core.moderation.sampling import FLAGGED, Sampling, SamplingReason
from core.store.sql import SqlStore, migrate
from core.store.sql.postgres.database import PostgresDatabase
from core.store.sql.rows import to_micros
from core.store.sql.sqlite.database import SqliteDatabase
from tests.state_checks import broken_invariants, state_rows

SCRIPTS = Path(migrate.__file__).parents[1] / "migrations"
START = datetime(2026, 11, 1, tzinfo=UTC)
# Revision, how its case was opened, its severity, its age in hours, its current action, and the
# first action on it by the model.
CASES = [
    ("fresh", "hold", 0.9, 0, "hold", "hold"),
    ("waiting", "hold", 0.6, 40, "hold", "hold"),
    ("language", "language", 0.0, 400, "hold", "hold"),
    ("answered", "hold", 0.6, 0, "hold", "hold"),
    ("after a hold", "reopened", 1.0, 0, "hold", "hold"),
    ("by a person", "reopened", 1.0, 1, "hold", "approve"),
    ("closed", "hold", 0.7, 0, "approve", "hold"),
]


def fill(url: str) -> None:
    """A state as version 0007 left it."""
    engine = create_engine(url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(SCRIPTS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        connection.execute(
            text("INSERT INTO policies VALUES (1, '{}', 'd', :now)"), {"now": to_micros(START)}
        )
        for name, *row in CASES:
            add(connection, name, *row)
        for number in range(10):
            connection.execute(
                text(
                    "INSERT INTO comments (id, source, source_id, author, created_at, "
                    "parent_source_id) VALUES (:id, 's', :id, 'sam', 0, 'answered')"
                ),
                {"id": f"reply-{number}"},
            )
            connection.execute(
                text(
                    "INSERT INTO revisions (id, comment_id, number, original, body, reference, "
                    "received_at, is_latest, version) VALUES (:id, :id, 1, '', '', :id, 0, 1, 0)"
                ),
                {"id": f"reply-{number}"},
            )
    engine.dispose()


def add(connection, name, opened_because, severity, hours, action, first) -> None:
    opened_at = to_micros(START - timedelta(hours=hours))
    row = {
        "id": name, "because": opened_because, "severity": severity, "at": opened_at,
        "action": action, "first": first,
        "status": "open" if action == "hold" else "closed",
    }  # fmt: skip
    chain = [("system", "rule", first)]
    if first == "approve" or action == "approve":
        chain.append(("mina", "reviewer", action))
    for statement in (
        "INSERT INTO comments (id, source, source_id, author, created_at) "
        "VALUES (:id, 's', :id, 'sam', :at)",
        "INSERT INTO revisions (id, comment_id, number, original, body, reference, received_at, "
        "is_latest, version, current_decision_id, current_action) VALUES (:id, :id, 1, 't', 't', "
        f":id, :at, 1, {len(chain)}, :id || '-{len(chain)}', :action)",
        "INSERT INTO cases (id, revision_id, status, opened_because, priority, opened_at) "
        "VALUES (:id, :id, :status, :because, :severity, :at)",
    ):
        connection.execute(text(statement), row)
    for position, (actor, source, taken) in enumerate(chain, 1):
        connection.execute(
            text(
                "INSERT INTO decisions (id, revision_id, position, action, source, actor, "
                "policy_version, decided_at, rule_ids, note, scores, supersedes, idempotency_key) "
                "VALUES (:key, :id, :position, :taken, :source, :actor, 1, :at, '[]', '', '{}', "
                ":before, :key)"
            ),
            row | {
                "key": f"{name}-{position}", "position": position, "taken": taken,
                "source": source, "actor": actor,
                "before": f"{name}-{position - 1}" if position > 1 else None,
            },
        )  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path):
    if request.param == "sqlite":
        place = tmp_path / "state.db"
        fill(f"sqlite:///{place}")
        opened = SqlStore(SqliteDatabase(place))
    else:
        place = request.getfixturevalue("postgres_database")
        fill(place.replace("postgresql://", "postgresql+psycopg://"))
        opened = SqlStore(PostgresDatabase(place))
    yield opened, place
    opened.close()


def test_migrated_cases_have_their_rank_and_sampling(store) -> None:
    opened, place = store
    query = QueueQuery(QueueFilter(), QueueOrder.PRIORITY, "mina", START)
    with opened.read() as reader:
        found = {name: reader.case_of(name) for name, *_ in CASES}
        queue = [line.revision_id for line in reader.queue_lines(query, None, 10)]
    ranks = dict(state_rows(place, "SELECT revision_id, rank FROM cases"))
    assert ranks == pytest.approx({name: rank_of(case) for name, case in found.items()}, abs=1e-9)
    by_person = found.pop("by a person")
    assert by_person.sampling == Sampling(SamplingReason.REOPENED)
    assert {case.sampling for case in found.values()} == {FLAGGED}
    assert found.pop("answered").attention == Attention(replies=10)
    assert {case.attention for case in found.values()} == {Attention()}
    assert queue == ["waiting", "answered", "by a person", "after a hold", "fresh", "language"]


def test_migrated_rows_agree(store) -> None:
    _, place = store
    broken = broken_invariants(place)
    broken.pop("a revision and each decision on it have one event")
    assert broken == {}
