"""Writes of a block share a commit; each is kept or rolled back by itself."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from core.errors import StoreError
from core.moderation.comments import IncomingThread
from core.store.base import Writer
from core.store.sql import SqlStore
from core.store.sql.sqlite.database import SqliteDatabase
from tests.contract.store_rows import START
from tests.patience import PATIENT_S

Work = Callable[[Writer], None]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    made = SqlStore(SqliteDatabase(tmp_path / "state.db"))
    yield made
    made.close()


@pytest.fixture
def commits(store: SqlStore) -> list[str]:
    """A list that gets one entry for each commit."""
    seen: list[str] = []

    @event.listens_for(store._database.engine, "before_cursor_execute")
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


def together(store: SqlStore, works: Sequence[Work]) -> list[Exception | None]:
    """How each of the works ended."""
    ended: list[Exception | None] = []
    with store.together():
        for work in works:
            try:
                write(store, work)
                ended.append(None)
            except (RuntimeError, StoreError) as error:
                ended.append(error)
    return ended


def kept(tmp_path: Path) -> set[str]:
    with closing(sqlite3.connect(tmp_path / "state.db")) as raw:
        return {row[0] for row in raw.execute("SELECT source_id FROM threads")}


def test_writes_of_a_block_share_a_commit(
    store: SqlStore, commits: list[str], tmp_path: Path
) -> None:
    names = [f"t-{number}" for number in range(10)]
    assert together(store, [adding(name) for name in names]) == [None] * 10
    assert len(commits) == 1
    assert kept(tmp_path) == set(names)


@pytest.mark.parametrize("bad", [failing, breaking_a_rule])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_that_fails_takes_only_its_own_rows_back(
    store: SqlStore, commits: list[str], tmp_path: Path, bad: Callable[[str], Work], place: int
) -> None:
    works = [adding("a"), adding("b")]
    works.insert(place, bad("c"))
    ended = together(store, works)
    assert isinstance(ended.pop(place), RuntimeError if bad is failing else StoreError)
    assert ended == [None, None]
    assert kept(tmp_path) == {"a", "b"}
    assert len(commits) == 1


def test_a_block_whose_writes_all_failed_commits_nothing(
    store: SqlStore, commits: list[str]
) -> None:
    """Its commit would count as a success of the disk."""
    ended = together(store, [failing("a"), breaking_a_rule("b")])
    assert [type(error) for error in ended] == [RuntimeError, StoreError]
    assert commits == []


def test_if_the_transaction_is_rolled_back_the_block_says_so(
    store: SqlStore, tmp_path: Path
) -> None:
    works = [adding("a"), filling_the_disk("b"), adding("c")]
    with pytest.raises(StoreError, match="the transaction was rolled back: the disk is full"):
        together(store, works)
    write(store, adding("d"))
    assert kept(tmp_path) == {"d"}


def test_after_that_no_write_of_the_block_is_tried(store: SqlStore) -> None:
    tried: list[Writer] = []
    with pytest.raises(StoreError, match="disk is full"):
        together(store, [filling_the_disk("a"), tried.append])
    assert tried == []


def test_a_commit_that_fails_fails_the_block_and_no_later_write(
    store: SqlStore, tmp_path: Path
) -> None:
    state, away = tmp_path / "state.db", tmp_path / "away"

    def moving(tx: Writer) -> None:
        _add(tx, "b")
        state.rename(away)

    with pytest.raises(StoreError, match="not the file that was opened"):
        together(store, [adding("a"), moving])
    away.rename(state)
    write(store, adding("c"))
    assert kept(tmp_path) == {"c"}


def test_nothing_is_on_disk_before_the_block_ends(store: SqlStore, tmp_path: Path) -> None:
    with store.together():
        write(store, adding("a"))
        assert kept(tmp_path) == set()
    assert kept(tmp_path) == {"a"}


def test_an_error_of_the_block_itself_keeps_the_writes_that_ended(
    store: SqlStore, tmp_path: Path
) -> None:
    def stop_after_one() -> None:
        with store.together():
            write(store, adding("a"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop_after_one()
    assert kept(tmp_path) == {"a"}


def test_another_thread_waits_for_the_end_of_the_block(store: SqlStore, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        with store.together():
            write(store, adding("a"))
            other = pool.submit(write, store, adding("b"))
            write(store, adding("c"))
            assert not other.done()
        other.result(PATIENT_S)
    assert kept(tmp_path) == {"a", "b", "c"}


def test_the_check_is_no_write_and_waits_for_the_open_one(store: SqlStore, tmp_path: Path) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def first(tx: Writer) -> None:
        _add(tx, "a")
        inside.set()
        assert go_on.wait(PATIENT_S)

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(write, store, first)
        assert inside.wait(PATIENT_S)
        checking = pool.submit(store.check_writable)
        go_on.set()
        writing.result(PATIENT_S)
        checking.result(PATIENT_S)
    assert kept(tmp_path) == {"a"}


def test_the_check_says_nothing_is_written_only_where_nothing_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.sql.store.WRITABLE_WITHIN_S", 0.05)
    store = SqlStore(SqliteDatabase(tmp_path / "state.db"))
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
    monkeypatch.setattr("core.store.sql.store.PATIENCE_S", 0.1)
    store = SqlStore(SqliteDatabase(tmp_path / "state.db"))
    with ThreadPoolExecutor(1) as pool, store.write() as tx:
        _add(tx, "a")
        waiting = pool.submit(write, store, adding("b"))
        with pytest.raises(StoreError, match="for too long"):
            waiting.result(PATIENT_S)
    assert kept(tmp_path) == {"a"}
    store.close()
