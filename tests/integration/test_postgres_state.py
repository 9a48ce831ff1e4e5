"""The state on PostgreSQL: what is wrong with its address, with the rights or with the database."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from core.bootstrap.tables import policy_of
from core.config import Settings
from core.doctor.checks import CheckState
from core.doctor.site import check_state
from core.errors import ConsoleError, StoreError
from core.moderation.audit import AuditKind
from core.moderation.permissions import SYSTEM
from core.store.sql import SqlStore
from core.store.sql.postgres.database import PostgresDatabase
from tests.factories import make_services
from tests.postgres_server import LOCKED, PASSWORD, USER, ask

OPEN = """
import sys
from core.store.sql import SqlStore
from core.store.sql.postgres.database import PostgresDatabase
store = SqlStore(PostgresDatabase(sys.argv[1]))
with store.read() as reader:
    print("opened", reader.count_waiting())
"""


@pytest.fixture
def store(postgres_state: str) -> Iterator[SqlStore]:
    with closing(SqlStore(PostgresDatabase(postgres_state))) as made:
        yield made


def other_application(url: str) -> str:
    ask(url, "CREATE TABLE comments (id int)")
    return url


def newer_version(url: str) -> str:
    SqlStore(PostgresDatabase(url)).close()
    ask(url, "UPDATE alembic_version SET version_num = '9999'")
    return url


def without_rights(url: str) -> str:
    name = url.rpartition("/")[2]
    ask(
        url,
        f"REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT CONNECT ON DATABASE {name} TO {LOCKED}",
    )
    return url.replace(f"{USER}@", f"{LOCKED}:{PASSWORD}@")


WRONG: dict[str, tuple[Callable[[str], str], str]] = {
    "password": (lambda url: url.replace(f"{USER}@", f"{LOCKED}:guess@"), "password"),
    "database": (lambda url: f"{url}x", "does not exist"),
    "host": (lambda url: url.replace("127.0.0.1", "host.invalid"), "no connection"),
    "port": (lambda url: url.replace("@127.0.0.1:", "@127.0.0.1:1"), "no connection"),
    "another application's": (other_application, "another application"),
    "a newer version's": (newer_version, "newer version"),
    "no rights": (without_rights, "no schema"),
    "no database": (lambda url: url.rpartition("/")[0], "names no database"),
    "not to be read": (lambda url: "postgresql://mod:hush-hush@h:port/db", "can't be read"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_in_one_line_without_the_password(
    what: str, postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.sql.store.RETRY_S", 0.0)  # what is wrong stays so
    spoil, words = WRONG[what]
    url = spoil(postgres_database)
    with pytest.raises(ConsoleError, match=words) as caught:
        SqlStore(PostgresDatabase(url)).close()
    said = str(caught.value)
    assert len(said.splitlines()) == 1
    assert PASSWORD not in said
    assert "guess" not in said
    assert PASSWORD not in repr(Settings(state_url=url))


def test_doctor_says_whether_it_answers_and_no_address(tmp_path: Path, postgres_state: str) -> None:
    (fine,) = check_state(Settings(state_url=postgres_state))
    assert (fine.state, fine.fact[:11]) == (CheckState.OK, "PostgreSQL ")
    away = postgres_state.replace("@127.0.0.1:", "@127.0.0.1:1")
    (wrong,) = check_state(Settings(state_url=away))
    assert wrong.state is CheckState.STOPS_THE_CONSOLE
    assert "127.0.0.1" not in f"{wrong.fact} {wrong.advice}"
    assert check_state(Settings(home=tmp_path)) == []
    (unread,) = check_state(Settings(state_url="postgresql://h:port/db"))
    assert "can't be read" in unread.fact


@pytest.mark.slow
def test_several_processes_may_open_a_new_database_at_once(postgres_database: str) -> None:
    opening = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, postgres_database], stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    assert [each.communicate()[0] for each in opening] == ["opened 0\n"] * 4


def test_scoring_a_table_takes_the_policy_of_the_site(tmp_path: Path, postgres_state: str) -> None:
    """Also where the home holds no file of a state."""
    services = make_services(tmp_path / "first", state_url=postgres_state)
    settings = Settings(home=tmp_path / "second", state_url=postgres_state)
    with services.context.store.write() as tx:
        newer = replace(tx.policy_in_force(), version=7)
        tx.add_policy(newer, services.context.audit(AuditKind.POLICY_STORED, SYSTEM, "7"))
    services.close()
    assert policy_of(settings, datetime(2026, 1, 1, tzinfo=UTC)).version == 7


def test_a_database_that_is_read_only_is_not_writable(postgres_database: str) -> None:
    store = SqlStore(PostgresDatabase(postgres_database))
    store.check_writable()
    name = postgres_database.rpartition("/")[2]
    ask(postgres_database, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    store.close()
    with pytest.raises(StoreError, match="read only"):
        store.check_writable()
    with pytest.raises(StoreError, match="a replica"), store.write() as tx:
        tx.remove_sign_ins(before=datetime(2026, 1, 1, tzinfo=UTC))
    store.close()


def test_a_held_lock_is_told_within_a_moment(store: SqlStore, postgres_state: str) -> None:
    with closing(SqlStore(PostgresDatabase(postgres_state))) as other, other.write():
        with pytest.raises(StoreError, match="held the lock"):
            store.check_writable()
        with store.read() as reader:
            assert reader.count_waiting() == 0
    store.check_writable()


def test_beginning_a_write_changes_no_later_statement(postgres_database: str) -> None:
    """It is a message without parameters, in which signs are sent as they are."""
    database = PostgresDatabase(postgres_database)
    with closing(database), database.engine.connect() as connection:
        database.begin_write(connection)
        assert connection.exec_driver_sql("SELECT '100 %%'").scalar() == "100 %"
        with pytest.raises(DBAPIError):
            database.check_lock(0.2)
        connection.exec_driver_sql("ROLLBACK")
