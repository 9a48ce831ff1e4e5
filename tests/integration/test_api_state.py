"""The API's answers while its database is missing, replaced or locked: correct and fast."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import StoreError
from core.moderation.comments import IncomingComment, IncomingThread
from core.moderation.permissions import SYSTEM
from core.services.ingest import ingest
from tests.factories import HELD, listed, make_services, scored
from tests.integration.api_requests import get, post, source_ids
from tests.integration.api_server import Running, running_server
from tests.state_checks import broken_invariants

pytestmark = pytest.mark.slow


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with running_server(tmp_path / "home") as running:
        yield running


def says_so(server: Running) -> None:
    """Checks for 503 wherever the database is needed; the process itself is live."""
    for path in ("/healthz", "/v2/health/ready"):
        answer = get(server, path)
        assert answer.status_code == 503, (path, answer.text)
    assert get(server, "/healthz").json()["error"]["kind"] == "store"
    assert get(server, "/v2/health/live").status_code == 200
    for number in range(3):
        answer = post(server, f"lost-{number}")
        assert (answer.status_code, answer.json()["error"]["kind"]) == (503, "store")


def swap(state: Path) -> None:
    other = state.parent / "other"
    make_services(other).close()
    (other / "state.db").replace(state)


def copy_over(state: Path) -> None:
    shutil.copy(state, state.with_suffix(".copy"))
    state.with_suffix(".copy").replace(state)


def link_elsewhere(state: Path) -> None:
    state.rename(state.with_suffix(".moved"))
    make_services(state.parent / "other").close()
    state.symlink_to(state.parent / "other" / "state.db")


def wal(state: Path) -> Path:
    return state.with_name("state.db-wal")


def shm(state: Path) -> Path:
    return state.with_name("state.db-shm")


FAULTS: dict[str, Callable[[Path], object]] = {
    "deleted": Path.unlink,
    "moved": lambda state: state.rename(state.with_suffix(".moved")),
    "swapped": swap,
    "replaced by a copy": copy_over,
    "a link elsewhere": link_elsewhere,
    "a folder": lambda state: (state.unlink(), state.mkdir()),
    "truncated": lambda state: os.truncate(state, 0),
    "cut in half": lambda state: os.truncate(state, state.stat().st_size // 2),
    "log deleted": lambda state: wal(state).unlink(),
    "log swapped": lambda state: (wal(state).unlink(), wal(state).touch()),
    "index deleted": lambda state: shm(state).unlink(),
    "all deleted": lambda state: [file.unlink() for file in (state, wal(state), shm(state))],
    "home moved": lambda state: state.parent.rename(state.parent.with_name("gone")),
    "home deleted": lambda state: shutil.rmtree(state.parent),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_acknowledged_that_is_not_in_the_database_at_its_path(
    server: Running, fault: str
) -> None:
    assert post(server, "kept").status_code == 200
    state = server.services.settings.state_path
    checkpoint(state)
    assert get(server, "/healthz").status_code == 200
    FAULTS[fault](state)
    says_so(server)


def checkpoint(state: Path, mode: str = "FULL") -> None:
    """Copies the log into the database file, so that there is something to truncate."""
    with closing(sqlite3.connect(state)) as raw:
        raw.execute(f"PRAGMA wal_checkpoint({mode})")


@pytest.mark.parametrize("what", ["file", "home"])
def test_it_recovers_by_itself_once_what_was_moved_is_back(server: Running, what: str) -> None:
    first = post(server, "first").json()["comments"][0]
    state = server.services.settings.state_path
    path = state if what == "file" else state.parent
    away = path.with_name("away")
    path.rename(away)
    says_so(server)
    assert not path.exists(), "a new database was made in its place"
    away.rename(path)
    assert get(server, "/healthz").status_code == 200
    assert get(server, f"/v1/decisions/{first['reference']}").status_code == 200
    assert post(server, "second").status_code == 200
    assert source_ids(state) == {"first", "second"}
    assert broken_invariants(state) == {}


def test_what_others_do_to_a_database_in_use_is_no_fault(server: Running) -> None:
    assert post(server, "first").status_code == 200
    state = server.services.settings.state_path
    with closing(sqlite3.connect(state)) as raw:
        for mode in ("PASSIVE", "FULL", "RESTART", "TRUNCATE"):
            raw.execute(f"PRAGMA wal_checkpoint({mode})")
            assert post(server, f"after {mode}").status_code == 200
    for number in range(3):
        make_services(state.parent).close()
        assert post(server, f"after a visit {number}").status_code == 200
    assert get(server, "/healthz").status_code == 200
    assert len(source_ids(state)) == 8


def test_the_desk_and_the_command_line_are_refused_alike(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    scored(services, HELD)
    services.settings.state_path.unlink()
    incoming = IncomingComment("test", "late", HELD, "sam", services.clock.now())
    with pytest.raises(StoreError, match="not the file that was opened"):
        listed(services)
    with pytest.raises(StoreError, match="not the file that was opened"):
        list(ingest(services.context, SYSTEM, [incoming]))
    assert not services.settings.state_path.exists()
    services.close()


def test_a_file_that_goes_between_the_writes_and_the_commit_is_noticed(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    store, state = services.context.store, services.settings.state_path
    title = IncomingThread("test", "t", "Title", None, services.clock.now())

    def write(*, moving: bool) -> bool:
        with store.write() as tx:
            is_new = tx.add_thread(title)
            if moving:
                state.rename(tmp_path / "away")
            return is_new

    with pytest.raises(StoreError):
        write(moving=True)
    (tmp_path / "away").rename(state)
    assert write(moving=False), "what was not acknowledged was kept"
    services.close()


def test_a_store_that_was_closed_is_watched_again_when_it_is_used_again(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    services.close()
    scored(services, HELD)
    services.context.store.check_writable()
    services.close()
    services.context.store.check_writable()
    services.settings.state_path.unlink()
    with pytest.raises(StoreError, match="not the file that was opened"):
        scored(services, HELD)
    services.close()


def test_while_another_process_writes_health_and_look_ups_answer(server: Running) -> None:
    first = post(server, "first").json()["comments"][0]
    state = server.services.settings.state_path
    with (
        closing(sqlite3.connect(state, isolation_level=None)) as other,
        ThreadPoolExecutor(60) as pool,
    ):
        other.execute("BEGIN IMMEDIATE")
        posts = [pool.submit(post, server, f"late-{number}") for number in range(60)]
        for _ in range(3):
            assert get(server, "/v2/health/live").status_code == 200
            assert get(server, f"/v1/decisions/{first['reference']}").status_code == 200
            health = get(server, "/healthz")
            assert health.status_code == 503
            assert health.json()["error"]["kind"] == "store"
        assert not any(each.done() and each.result().status_code == 200 for each in posts)
        other.execute("ROLLBACK")
        taken = [number for number, each in enumerate(posts) if each.result().status_code == 200]
        assert all(each.result().status_code in {200, 429, 503} for each in posts)
    assert {f"late-{number}" for number in taken} | {"first"} == source_ids(state)
    assert get(server, "/healthz").status_code == 200
    assert broken_invariants(state) == {}
