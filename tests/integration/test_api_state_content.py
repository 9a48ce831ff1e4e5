"""The API's answers while the content of its database or log is cut or written over in place, so
that both are still the files that were opened."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.factories import HELD, make_services, scored
from tests.integration.api_requests import get, post, source_ids
from tests.integration.api_server import Running, running_server
from tests.integration.test_api_state import checkpoint, says_so, wal

pytestmark = pytest.mark.slow


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with running_server(tmp_path / "home") as running:
        yield running


def punch(path: Path, at: int, what: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(what)


LOG_FAULTS: dict[str, Callable[[Path], object]] = {
    "emptied": lambda log: os.truncate(log, 0),
    "a byte left": lambda log: os.truncate(log, 1),
    "header left": lambda log: os.truncate(log, 32),
    "two frames left": lambda log: os.truncate(log, 32 + 2 * 4120),
    "half left": lambda log: os.truncate(log, log.stat().st_size // 2),
    "last frame gone": lambda log: os.truncate(log, log.stat().st_size - 4120),
    "last byte gone": lambda log: os.truncate(log, log.stat().st_size - 1),
    "zeros of the same size": lambda log: log.write_bytes(bytes(log.stat().st_size)),
    "zeros behind the header": lambda log: punch(log, 32, bytes(log.stat().st_size - 32)),
    "header overwritten": lambda log: punch(log, 0, bytes(32)),
    "salts overwritten": lambda log: punch(log, 16, b"01234567"),
    "cut and grown": lambda log: (
        size := log.stat().st_size,
        os.truncate(log, 32),
        os.truncate(log, size),
    ),
}


@pytest.mark.parametrize("fault", LOG_FAULTS)
def test_a_log_that_lost_commits_is_noticed(server: Running, fault: str) -> None:
    for number in range(10):
        assert post(server, f"kept-{number}").status_code == 200
    assert get(server, "/healthz").status_code == 200
    LOG_FAULTS[fault](wal(server.services.settings.state_path))
    says_so(server)


@pytest.mark.parametrize("fault", LOG_FAULTS)
def test_a_post_that_comes_before_any_check_is_not_acknowledged(
    server: Running, fault: str
) -> None:
    for number in range(10):
        assert post(server, f"kept-{number}").status_code == 200
    LOG_FAULTS[fault](wal(server.services.settings.state_path))
    assert post(server, "late").status_code == 503
    says_so(server)


def test_a_log_that_another_process_writes_to_is_no_fault(server: Running) -> None:
    assert post(server, "first").status_code == 200
    state = server.services.settings.state_path
    other = make_services(state.parent)
    for number in range(30):
        scored(other, f"from elsewhere {number}")
        assert post(server, f"here-{number}").status_code == 200
        assert get(server, "/healthz").status_code == 200
    other.close()
    assert len(source_ids(state)) == 61


def test_a_file_whose_end_is_still_in_the_log_is_no_fault(server: Running) -> None:
    """A reader keeps later frames from being copied. A page that is in one of them is not copied
    from an earlier frame either, although the first page counts it already."""
    assert post(server, "first").status_code == 200
    state = server.services.settings.state_path
    with (
        closing(sqlite3.connect(state, isolation_level=None)) as writer,
        closing(sqlite3.connect(state, isolation_level=None)) as reader,
    ):
        writer.executescript(
            "CREATE TABLE own (x);"
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)"
            "INSERT INTO own SELECT randomblob(3000) FROM n;"
        )
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM own").fetchall()
        writer.execute("UPDATE own SET x = randomblob(3000) WHERE rowid = 50")
        writer.execute("PRAGMA wal_checkpoint(PASSIVE)")
        with state.open("rb") as file:
            header = file.read(100)
        assert state.stat().st_size < int.from_bytes(header[28:32], "big") * 4096
        assert get(server, "/healthz").status_code == 200
        assert post(server, "second").status_code == 200
        reader.execute("COMMIT")
    checkpoint(state, "TRUNCATE")
    assert get(server, "/healthz").status_code == 200
    assert post(server, "third").status_code == 200


def write_into(state: Path) -> None:
    """Another state of the same version, written over this one as `cp` does it."""
    other = state.parent / "other"
    services = make_services(other)
    scored(services, HELD)
    services.close()
    state.write_bytes((other / "state.db").read_bytes())


def write_older(state: Path) -> None:
    state.write_bytes(state.with_name("older.db").read_bytes())


IN_PLACE: dict[str, Callable[[Path], object]] = {
    "another state": write_into,
    "an older copy": write_older,
    "cut in half": lambda state: os.truncate(state, state.stat().st_size // 8192 * 4096),
    "last page gone": lambda state: os.truncate(state, state.stat().st_size - 4096),
    "first page left": lambda state: os.truncate(state, 4096),
    "emptied": lambda state: os.truncate(state, 0),
    "zeros": lambda state: state.write_bytes(bytes(state.stat().st_size)),
    "a letter": lambda state: state.write_text("Dear all, " * 50_000),
    "first page overwritten": lambda state: punch(state, 0, bytes(4096)),
}


@pytest.mark.parametrize("mode", ["PASSIVE", "TRUNCATE"])
@pytest.mark.parametrize("fault", IN_PLACE)
def test_a_file_that_was_written_over_in_place_is_noticed_at_once(
    server: Running, fault: str, mode: str
) -> None:
    state = server.services.settings.state_path
    assert post(server, "older").status_code == 200
    checkpoint(state, "TRUNCATE")
    shutil.copy(state, state.with_name("older.db"))
    for number in range(10):
        assert post(server, f"kept-{number}", "Fine, " * 2_000).status_code == 200
    checkpoint(state, mode)
    inode = state.stat().st_ino
    IN_PLACE[fault](state)
    assert state.stat().st_ino == inode
    says_so(server)


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE cases",
        "DROP TABLE muted_reporters",
        "DROP TABLE search_index",
        "DROP TABLE search_documents",
        "ALTER TABLE decisions DROP COLUMN note",
        "ALTER TABLE comments RENAME TO remarks",
    ],
)
def test_a_table_that_is_gone_makes_health_red(server: Running, change: str) -> None:
    assert post(server, "kept").status_code == 200
    state = server.services.settings.state_path
    with closing(sqlite3.connect(state)) as raw:
        raw.execute("PRAGMA legacy_alter_table=ON")
        raw.execute(change)
    for path in ("/healthz", "/v2/health/ready"):
        assert get(server, path).status_code == 503


def test_what_does_not_touch_the_content_is_no_fault(server: Running) -> None:
    state = server.services.settings.state_path
    for act in (
        state.touch,
        lambda: wal(state).touch(),
        lambda: state.chmod(0o640),
        lambda: os.link(state, state.with_name("linked.db")),
        lambda: shutil.copy(state, state.with_name("read.db")),
        lambda: change_by_hand(state, "VACUUM"),
        lambda: change_by_hand(state, "ANALYZE"),
        lambda: change_by_hand(state, "CREATE INDEX ix_own ON comments (author)"),
        lambda: checkpoint(state, "TRUNCATE"),
    ):
        act()
        assert get(server, "/healthz").status_code == 200
        answer = post(server, f"after-{len(source_ids(state))}")
        assert answer.status_code == 200, answer.text


def change_by_hand(state: Path, statement: str) -> None:
    with closing(sqlite3.connect(state, isolation_level=None)) as raw:
        raw.execute(statement)
