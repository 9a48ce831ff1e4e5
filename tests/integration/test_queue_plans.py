"""A page of the queue is found along the index of its filter or of its order, on SQLite, and the
hints that say so reach the database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from core.benchmarks.queue_data import NOW
from core.moderation.cases import CaseStatus, CaseTrigger
from core.moderation.queue import HeldBy, QueueFilter, QueueOrder, QueueQuery, ScoreBand
from core.moderation.scores import Label
from core.store.sql import SqlStore
from core.store.sql import queue as store_queue
from core.store.sql.sqlite.database import SqliteDatabase

PRIORITY, OLDEST, SCORE, DECIDED = QueueOrder
INDEXES: list[tuple[QueueFilter, QueueOrder, str]] = [
    (QueueFilter(), PRIORITY, "ix_cases_rank (status=?)"),
    (QueueFilter(), OLDEST, "ix_cases_opened (status=?)"),
    (QueueFilter(), SCORE, "ix_cases_score (status=?)"),
    (QueueFilter(statuses=(CaseStatus.CLOSED,)), DECIDED, "ix_cases_decided (status=?)"),
    (QueueFilter(label=Label.THREAT), PRIORITY, "ix_cases_label (status=? AND scored_label=?)"),
    (QueueFilter(label="none"), PRIORITY, "ix_cases_label (status=? AND scored_label=?)"),
    (QueueFilter(score=ScoreBand(0.7, 0.8)), PRIORITY, "ix_cases_tenth (status=? AND tenth=?)"),
    (QueueFilter(source="s"), PRIORITY, "ix_cases_source (status=? AND source=?)"),
    (QueueFilter(language="de"), PRIORITY, "ix_cases_language (status=? AND language=?)"),
    (QueueFilter(author="a"), PRIORITY, "ix_cases_author (author=? AND status=?)"),
    (
        QueueFilter(trigger=CaseTrigger.REPORT),
        PRIORITY,
        "ix_cases_trigger (status=? AND opened_because=?)",
    ),
    (QueueFilter(reports=3), PRIORITY, "ix_cases_reports (status=? AND report_count>?)"),
    (QueueFilter(waiting_s=9), PRIORITY, "ix_cases_opened (status=? AND opened_at<?)"),
    (QueueFilter(held_by=HeldBy.ME), PRIORITY, "sqlite_autoindex_cases_2 (revision_id=?)"),
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    store = SqlStore(SqliteDatabase(tmp_path / "state.db"))
    yield store
    store.close()


def plans(store: SqlStore, asked: QueueFilter, order: QueueOrder) -> list[str]:
    """The plan of the statement that finds the cases of a page."""
    said: list[tuple[str, tuple[object, ...]]] = []

    def listen(_c: object, _u: object, sql: str, values: tuple[object, ...], *_: object) -> None:
        said.append((sql, values))

    engine = store._database.engine
    event.listen(engine, "before_cursor_execute", listen)
    with store.read() as reader:
        reader.queue_lines(QueueQuery(asked, order, "mina", NOW), None, 50)
    event.remove(engine, "before_cursor_execute", listen)
    sql, values = next(each for each in said if "ORDER BY" in each[0])
    with store.transaction() as connection:
        found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()
    return [str(step[3]) for step in found if " cases " in str(step[3])]


@pytest.mark.slow
@pytest.mark.parametrize(("asked", "order", "index"), INDEXES)
def test_filter_has_an_index(
    store: SqlStore, asked: QueueFilter, order: QueueOrder, index: str
) -> None:
    (step,) = plans(store, asked, order)
    assert step.startswith("SEARCH cases USING")
    assert step.endswith(index)


def test_filter_of_many_cases_gives_way_to_the_order(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = QueueFilter(label=Label.THREAT)
    (few,) = plans(store, asked, OLDEST)
    monkeypatch.setattr(store_queue, "SORTABLE", -1)
    (many,) = plans(store, asked, OLDEST)
    assert "ix_cases_label" in few
    assert "ix_cases_opened" in many
