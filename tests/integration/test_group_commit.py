"""Concurrent writes of threads share a commit; each is kept or rolled back by itself."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from core.errors import StoreError
from core.moderation.comments import IncomingThread
from core.store.base import Writer
from core.store.sql import SqlStore, engine, group_commit
from tests.contract.store_rows import START
from tests.patience import PATIENT_S

Work = Callable[[Writer], None]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    made = SqlStore(tmp_path / "state.db")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _groups_end_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Removes the time limit of a group, so that a slow machine doesn't change its size."""
    monkeypatch.setattr(group_commit, "OPEN_AT_MOST_S", PATIENT_S)


@pytest.fixture
def commits(store: SqlStore) -> list[str]:
    """A list that gets one entry for each commit."""
    seen: list[str] = []

    @event.listens_for(store._engine, "before_cursor_execute")
    def _note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement == "COMMIT":
            seen.append(statement)

    return seen


def adding(name: str) -> Work:
    return lambda tx: _add(tx, name)


def _add(tx: Writer, name: str) -> None:
    assert tx.add_thread(IncomingThread("site", name, "Title", None, START))


def failing(name: str) -> Work:
    def work(tx: Writer) -> None:
        _add(tx, name)
        raise RuntimeError(name)

    return work


def breaking_a_rule(name: str) -> Work:
    def work(tx: Writer) -> None:
        _add(tx, name)
        tx._connection.exec_driver_sql(  # type: ignore[attr-defined]
            "INSERT INTO threads SELECT * FROM threads"
        )

    return work


def filling_the_disk(name: str) -> Work:
    """A write that fills the disk: SQLite then rolls back the whole transaction."""

    def work(tx: Writer) -> None:
        _add(tx, name)
        tx._connection.exec_driver_sql("ROLLBACK")  # type: ignore[attr-defined]
        raise StoreError("the disk is full")

    return work


def write(store: SqlStore, work: Work) -> None:
    with store.write() as tx:
        work(tx)


def together(store: SqlStore, *works: Work) -> list[Future[None]]:
    """The first write waits until the others queue, so that all can share its group. The operating
    system decides which of them is next."""
    inside, go_on = threading.Event(), threading.Event()

    def first(tx: Writer) -> None:
        inside.set()
        assert go_on.wait(PATIENT_S)
        works[0](tx)

    with ThreadPoolExecutor(len(works)) as pool:
        found = [pool.submit(write, store, first)]
        assert inside.wait(PATIENT_S)
        for number, work in enumerate(works[1:], 1):
            found.append(pool.submit(write, store, work))
            while store._writes._waiting < number:
                threading.Event().wait(0.001)
        go_on.set()
    return found


def kept(tmp_path: Path) -> set[str]:
    with closing(sqlite3.connect(tmp_path / "state.db")) as raw:
        return {row[0] for row in raw.execute("SELECT source_id FROM threads")}


def test_those_that_queue_together_share_a_commit(
    store: SqlStore, commits: list[str], tmp_path: Path
) -> None:
    names = [f"t-{number}" for number in range(10)]
    for done in together(store, *map(adding, names)):
        done.result()
    assert len(commits) == 1
    assert kept(tmp_path) == set(names)


def test_a_group_has_an_end_though_others_wait(
    store: SqlStore, commits: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "MOST_TOGETHER", 4)
    names = [f"t-{number}" for number in range(10)]
    for done in together(store, *map(adding, names)):
        done.result()
    assert len(commits) == 3
    assert kept(tmp_path) == set(names)


@pytest.mark.parametrize("bad", [failing, breaking_a_rule])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_that_fails_takes_only_its_own_rows_back(
    store: SqlStore, commits: list[str], tmp_path: Path, bad: Callable[[str], Work], place: int
) -> None:
    works = [adding("a"), adding("b")]
    works.insert(place, bad("c"))
    found = together(store, *works)
    expected = RuntimeError if bad is failing else StoreError
    with pytest.raises(expected):
        found.pop(place).result()
    for done in found:
        done.result()
    assert kept(tmp_path) == {"a", "b"}
    assert len(commits) == 1


def test_if_the_transaction_is_rolled_back_no_write_reports_success(
    store: SqlStore, tmp_path: Path
) -> None:
    names = ("a", "b", "c")
    found = together(store, adding("a"), filling_the_disk("b"), adding("c"))
    told = {name for name, done in zip(names, found, strict=True) if done.exception() is None}
    for done in found[:2]:
        with pytest.raises(StoreError, match="disk is full"):
            done.result()
    write(store, adding("d"))
    assert kept(tmp_path) == told | {"d"}


def test_a_commit_that_fails_fails_all_of_its_group_and_no_other(
    store: SqlStore, tmp_path: Path
) -> None:
    state, away = tmp_path / "state.db", tmp_path / "away"

    def moving(tx: Writer) -> None:
        _add(tx, "b")
        state.rename(away)

    for done in together(store, adding("a"), moving):
        with pytest.raises(StoreError, match="not the file that was opened"):
            done.result()
    away.rename(state)
    write(store, adding("c"))
    assert kept(tmp_path) == {"c"}


def test_nobody_returns_before_the_commit(store: SqlStore, tmp_path: Path) -> None:
    seen: list[set[str]] = []

    def watching(tx: Writer) -> None:
        _add(tx, "b")
        seen.append(kept(tmp_path))

    together(store, adding("a"), watching)
    assert seen == [set()]
    assert kept(tmp_path) == {"a", "b"}


def test_a_group_ends_though_the_one_that_waited_gave_up(store: SqlStore, tmp_path: Path) -> None:
    writes = store._writes
    writes._waiting += 1  # somebody who will never come
    write(store, adding("a"))
    writes._waiting -= 1
    assert kept(tmp_path) == {"a"}


def test_the_check_is_no_write_and_ends_what_is_open(store: SqlStore, tmp_path: Path) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def first(tx: Writer) -> None:
        _add(tx, "a")
        inside.set()
        assert go_on.wait(PATIENT_S)

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(write, store, first)
        assert inside.wait(PATIENT_S)
        checking = pool.submit(store.check_writable)
        while not store._writes._waiting:
            threading.Event().wait(0.001)
        go_on.set()
        writing.result(PATIENT_S)
        checking.result(PATIENT_S)
    assert kept(tmp_path) == {"a"}


def test_the_check_says_nothing_is_written_only_where_nothing_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WRITABLE_WITHIN_S", 0.05)
    store = SqlStore(tmp_path / "state.db")
    with ThreadPoolExecutor(1) as pool, store.write() as tx:
        _add(tx, "a")
        with pytest.raises(StoreError, match="for too long"):
            pool.submit(store.check_writable).result(PATIENT_S)
        monkeypatch.setattr(store._outcomes, "_now", lambda: 0.0)
        store._outcomes.note_success()
        pool.submit(store.check_writable).result(PATIENT_S)
    store.close()


def test_a_write_waits_for_its_turn_no_longer_than_for_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_S", 0.1)
    store = SqlStore(tmp_path / "state.db")
    with ThreadPoolExecutor(1) as pool, store.write() as tx:
        _add(tx, "a")
        waiting = pool.submit(write, store, adding("b"))
        with pytest.raises(StoreError, match="for too long"):
            waiting.result(PATIENT_S)
    assert kept(tmp_path) == {"a"}
    store.close()
