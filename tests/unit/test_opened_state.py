"""What the checks of an opened state file notice, with SQLite alone."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from core.errors import StoreError
from core.store.sql.sqlite.log_index import read_index
from core.store.sql.sqlite.opened_state import OpenedState
from core.store.sql.sqlite.own_descriptor import OwnDescriptor
from core.store.sql.sqlite.watched_file import WatchedFile, mark_state
from core.store.sql.sqlite.watched_log import WatchedLog

FRAME_BYTES = 24 + 4096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def writer(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE kept (x)")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("INSERT INTO kept VALUES (1)")
        yield connection


@pytest.fixture
def opened(path: Path, writer: sqlite3.Connection) -> OpenedState:
    return OpenedState(path, path)


def log_of(path: Path) -> Path:
    return path.with_name("state.db-wal")


def identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def write_at(path: Path, at: int, what: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(what)


def test_what_sqlite_does_itself_is_no_fault(
    opened: OpenedState, writer: sqlite3.Connection
) -> None:
    for mode in ("PASSIVE", "FULL", "RESTART", "TRUNCATE"):
        writer.execute("INSERT INTO kept VALUES (randomblob(20000))")
        opened.check()
        opened.check_content()
        writer.execute(f"PRAGMA wal_checkpoint({mode})")
        opened.check()
        opened.check_content()
    writer.execute("DELETE FROM kept")
    writer.execute("VACUUM")
    opened.check()
    opened.check_content()


@pytest.mark.parametrize(
    "harm",
    [
        lambda log: os.truncate(log, 0),
        lambda log: os.truncate(log, 32),
        lambda log: os.truncate(log, log.stat().st_size - 1),
        lambda log: log.write_bytes(bytes(log.stat().st_size)),
        lambda log: write_at(log, 16, b"01234567"),
        lambda log: write_at(log, log.stat().st_size - FRAME_BYTES + 8, b"01234567"),
        lambda log: write_at(log, log.stat().st_size - FRAME_BYTES + 16, b"01234567"),
    ],
)
def test_a_log_without_its_last_commit_is_a_fault(
    opened: OpenedState, path: Path, harm: Callable[[Path], object]
) -> None:
    opened.check_content()
    harm(log_of(path))
    with pytest.raises(StoreError, match="was cut or written over while in use"):
        opened.check_content()


def test_a_log_that_is_copied_may_be_lost(
    opened: OpenedState, path: Path, writer: sqlite3.Connection
) -> None:
    writer.execute("PRAGMA wal_checkpoint(FULL)")
    os.truncate(log_of(path), 0)
    opened.check_content()


def test_a_log_that_is_gone_is_a_fault(opened: OpenedState, path: Path) -> None:
    log_of(path).unlink()
    with pytest.raises(StoreError, match="No such file"):
        opened.check_content()
    with pytest.raises(StoreError, match="is not the file that was opened"):
        opened.check()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda path: os.truncate(path, path.stat().st_size - 4096), "was cut off"),
        (lambda path: os.truncate(path, 0), "was written over while"),
        (lambda path: path.write_text("Dear all, " * 900), "was written over while"),
        (lambda path: write_at(path, 60, b"\0\0\0\7"), "by another state"),
        (lambda path: write_at(path, 24, b"\0\0\0\0"), "by an older copy"),
        (lambda path: write_at(path, 28, b"\0\0\0\1"), "by an older copy"),
    ],
)
def test_a_file_with_another_content_is_a_fault(
    opened: OpenedState,
    path: Path,
    writer: sqlite3.Connection,
    harm: Callable[[Path], object],
    words: str,
) -> None:
    opened.expect(0)
    writer.execute("INSERT INTO kept VALUES (randomblob(20000))")
    writer.execute("PRAGMA wal_checkpoint(FULL)")
    opened.check_content()
    harm(path)
    with pytest.raises(StoreError, match=words):
        opened.check_content()


def test_a_page_that_is_whole_a_moment_later_is_no_fault(
    opened: OpenedState, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = path.read_bytes()
    os.truncate(path, 0)
    monkeypatch.setattr(
        "core.store.sql.sqlite.watched_file.time.sleep", lambda _: path.write_bytes(content)
    )
    opened.check_content()


def test_a_state_gets_its_number_once(path: Path, writer: sqlite3.Connection) -> None:
    engine = create_engine(f"sqlite:///{path}", isolation_level="AUTOCOMMIT")
    with engine.connect() as one, engine.connect() as other:
        number = mark_state(one)
        assert number > 0
        assert mark_state(other) == number
    engine.dispose()


def test_what_no_descriptor_shows_is_not_judged(path: Path, writer: sqlite3.Connection) -> None:
    nowhere = OwnDescriptor(None)
    assert nowhere.read(1) == b""
    os.truncate(log_of(path), 0)
    WatchedLog(log_of(path), nowhere).check()
    WatchedFile(path, nowhere, nowhere).check()


def test_an_index_that_is_being_written_is_asked_again(
    path: Path, writer: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = OwnDescriptor(identity(path.with_name("state.db-shm")))
    found = read_index(index)
    assert found is not None
    answers = iter([None, None, found])
    asked: list[float] = []
    monkeypatch.setattr(
        "core.store.sql.sqlite.watched_log.read_index", lambda _: next(answers, None)
    )
    monkeypatch.setattr("core.store.sql.sqlite.watched_log.time.sleep", asked.append)
    WatchedLog(log_of(path), index).check()
    assert len(asked) == 2


def test_an_index_that_is_half_written_tells_nothing(
    path: Path, writer: sqlite3.Connection
) -> None:
    index = OwnDescriptor(identity(path.with_name("state.db-shm")))
    write_at(path.with_name("state.db-shm"), 8, b"\xff")
    assert read_index(index) is None
