"""PostgreSQL away for a while: connections lost in the middle of a write or of a group of writes,
a server that stops or restarts."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Timer

import pytest

from core.errors import StoreError
from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.permissions import SYSTEM
from core.store.sql import SqlStore
from core.store.sql.postgres.database import PostgresDatabase
from tests.factories import make_services, posted
from tests.integration.api_requests import get, post
from tests.integration.api_server import Running, running_server
from tests.patience import PATIENT_S
from tests.postgres_server import PostgresServer, ask, postgres_server
from tests.state_checks import state_rows

pytestmark = pytest.mark.slow

AT = datetime(2026, 11, 1, tzinfo=UTC)
LOSE_ALL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND datname = current_database()"""
LOSE_WRITES = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE state = 'idle in transaction' AND datname = current_database()"""


@pytest.fixture
def store(postgres_state: str) -> Iterator[SqlStore]:
    with closing(SqlStore(PostgresDatabase(postgres_state))) as made:
        yield made


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


def test_a_connection_lost_in_a_write_keeps_nothing_of_it_and_the_next_write_works(
    tmp_path: Path, postgres_state: str
) -> None:
    services = make_services(tmp_path, state_url=postgres_state)
    store = services.context.store

    def write() -> None:
        with store.write() as tx:
            policy = replace(tx.policy_in_force(), version=2)
            tx.add_policy(policy, services.context.audit(AuditKind.POLICY_STORED, SYSTEM, "2"))
            ask(postgres_state, LOSE_WRITES)
            tx.newest_policy()

    with pytest.raises(StoreError, match="the server was stopped"):
        write()
    assert state_rows(postgres_state, "SELECT count(*) FROM policies") == [(1,)]
    posted(services, "Fine.")
    assert state_rows(postgres_state, "SELECT count(*) FROM comments") == [(1,)]
    services.close()


@pytest.mark.parametrize("after", [0, 1])
def test_a_connection_lost_between_the_writes_of_a_group_fails_all_and_the_next_group_works(
    store: SqlStore, postgres_state: str, after: int
) -> None:
    def write(number: int) -> None:
        with store.write() as tx:
            tx.add_audit(AuditEvent(f"e{number}", AuditKind.CASE_SKIPPED, "mina", "s", AT))

    def write_group() -> None:
        with store.together():
            for number in range(after):
                write(number)
            ask(postgres_state, LOSE_WRITES)
            for number in range(2, 5):  # each waiting request is told for itself
                with pytest.raises(StoreError):
                    write(number)

    with pytest.raises(StoreError, match="before it was complete"):
        write_group()
    with store.together():
        write(9)
    with store.read() as reader:
        assert [event.id for event in reader.audit_trail("s")] == ["e9"]


def test_a_connection_lost_at_the_end_of_a_groups_write_or_before_its_commit_keeps_nothing(
    store: SqlStore, postgres_state: str
) -> None:
    def event(name: str) -> AuditEvent:
        return AuditEvent(name, AuditKind.CASE_SKIPPED, "mina", "s", AT)

    def lose_at_the_end_of_a_write() -> None:
        with store.together():
            with suppress(StoreError):
                lose_a_write_of_its_own()
            with pytest.raises(StoreError, match="before it was complete"), store.write():
                pass

    def lose_before_the_commit() -> None:
        with store.together():
            with store.write() as tx:
                tx.add_audit(event("b"))
            ask(postgres_state, LOSE_WRITES)

    def lose_a_write_of_its_own() -> None:
        with store.write() as tx:
            tx.add_audit(event("a"))
            ask(postgres_state, LOSE_WRITES)

    for lose in (lose_at_the_end_of_a_write, lose_before_the_commit, lose_a_write_of_its_own):
        with pytest.raises(StoreError):
            lose()
    with store.read() as reader:
        assert reader.audit_trail("s") == []


def test_connections_that_died_unused_are_replaced_without_a_word(
    store: SqlStore, postgres_state: str
) -> None:
    """As after a restart of the server: the pool holds what no longer works."""
    for begin in (store.read, store.write):
        with begin():
            pass
        ask(postgres_state, LOSE_ALL)
        with begin() as tx:
            assert tx.count_waiting() == 0


def test_a_server_that_is_just_restarting_is_waited_for(own_server: PostgresServer) -> None:
    with closing(SqlStore(PostgresDatabase(own_server.url))) as store:
        own_server.stop()
        starting = Timer(0.3, own_server.start)
        starting.start()
        with store.read() as reader:
            assert reader.count_waiting() == 0
        starting.join()


def says_so(server: Running) -> None:
    for path in ("/healthz", "/v2/health/ready"):
        assert get(server, path).status_code == 503, path
    assert get(server, "/v2/health/live").status_code == 200
    answer = post(server, "lost")
    assert (answer.status_code, answer.json()["error"]["kind"]) == (503, "store")
    assert answer.headers["Retry-After"] == "1"


def test_the_api_says_that_the_server_is_away_and_goes_on_by_itself(
    tmp_path: Path, own_server: PostgresServer
) -> None:
    with running_server(tmp_path, state_url=own_server.url) as server:
        assert post(server, "first").status_code == 200
        own_server.stop()
        says_so(server)
        own_server.start()
        assert get(server, "/healthz").status_code == 200
        assert post(server, "second").status_code == 200
    found = state_rows(own_server.url, "SELECT source_id FROM comments ORDER BY 1")
    assert found == [("first",), ("second",)]


def test_a_restart_in_the_middle_of_the_load_loses_nothing_acknowledged(
    tmp_path: Path, own_server: PostgresServer
) -> None:
    with running_server(tmp_path, state_url=own_server.url) as server:

        def store_until_kept(poster: int) -> list[str]:
            kept = []
            for number in range(25):
                name = f"{poster}-{number}"
                # What was not acknowledged is sent again, as the API says.
                while (answer := post(server, name)).status_code != 200:
                    assert answer.status_code == 503
                kept.append(answer.json()["comments"][0]["reference"])
            return kept

        with ThreadPoolExecutor(4) as pool:
            posting = [pool.submit(store_until_kept, poster) for poster in range(4)]
            for _ in range(2):
                own_server.stop()
                own_server.start()
            references = [each for one in posting for each in one.result(PATIENT_S)]
    stored = {row[0] for row in state_rows(own_server.url, "SELECT reference FROM revisions")}
    assert len(set(references)) == 100
    assert stored == set(references)
