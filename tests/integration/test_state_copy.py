"""`modconsole state`: a state goes to PostgreSQL whole or not at all."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection, Table

from core.bootstrap.services import build_services
from core.cli.main import main
from core.config import Settings
from core.moderation.policies import Action
from core.services.lookup import look_up
from core.services.search import search
from core.store.sql import migrate, transfer
from core.store.sql.tables import metadata
from tests.factories import (
    HELD,
    HOSTILE,
    MODERATOR,
    appealed,
    decided,
    edited,
    make_services,
    posted,
    removed_by_person,
    scored,
    withdrawn,
)
from tests.integration.message_receiver import SECRET
from tests.search_index import check_postgres_index
from tests.state_checks import audit_changes_allowed, broken_invariants, state_rows

pytestmark = pytest.mark.slow

TABLES = tuple(metadata.tables)
CHANNEL = {"webhook_url": "https://site.example/hooks", "webhook_secret": SECRET}
LOCKS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"


@pytest.fixture
def settings(tmp_path: Path, postgres_state: str) -> Settings:
    services = make_services(tmp_path, state_url="sqlite", **CHANNEL)
    scored(services, HOSTILE)
    edited(services, scored(services, HELD), f"{HELD} \N{PILE OF POO}")
    decided(services, scored(services, HELD), Action.ESCALATE)
    appealed(services, removed_by_person(services))
    withdrawn(services, scored(services, HELD))
    posted(services, "Not scored yet.")
    services.close()
    return Settings(home=tmp_path, state_url=postgres_state, backend="fake", **CHANNEL)


def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, act: str) -> int:
    monkeypatch.setenv("MODCONSOLE_HOME", str(settings.home))
    monkeypatch.setenv("MODCONSOLE_STATE_URL", settings.state_url)
    return main(["state", act])


def test_everything_arrives_and_goes_on_there(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(settings, monkeypatch, "copy") == 0
    shown = capsys.readouterr()
    for table in TABLES:
        query = f"SELECT * FROM {table} ORDER BY 1, 2"
        assert state_rows(settings.state_url, query) == state_rows(settings.state_path, query)
        count = state_rows(settings.state_path, f"SELECT count(*) FROM {table}")[0][0]
        assert f"{table:<13} {count:>10,} rows" in shown.err
    check_postgres_index(settings.state_url)
    services = build_services(settings, worker="test")
    moved = scored(services, HELD)
    found = search(services.context, MODERATOR, "idiot").items
    assert found[0].revision_id == moved.id
    assert len(found) > 1
    check_postgres_index(settings.state_url)
    assert look_up(services.context, moved.reference).statement is not None
    services.close()
    assert broken_invariants(settings.state_url) == {}


def test_what_is_there_is_never_mixed_with_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(settings, monkeypatch, "copy") == 0
    counts = [state_rows(settings.state_url, f"SELECT count(*) FROM {table}") for table in TABLES]
    assert run(settings, monkeypatch, "copy") == 2
    assert "into an empty one" in capsys.readouterr().err
    assert counts == [
        state_rows(settings.state_url, f"SELECT count(*) FROM {table}") for table in TABLES
    ]


@pytest.mark.parametrize("table", ["comments", "audit_events"])
def test_a_table_that_does_not_arrive_whole_leaves_nothing(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    table: str,
) -> None:
    copy_rows = transfer._copy_rows

    def lose_one(old: Connection, new: Connection, each: Table) -> None:
        copy_rows(old, new, each)
        if str(each) == table:
            with audit_changes_allowed(new):
                new.exec_driver_sql(f"UPDATE {table} SET id = id || 'x'")

    monkeypatch.setattr(transfer, "_copy_rows", lose_one)
    # That table alone: foreign keys would notice it first.
    monkeypatch.setattr(transfer, "_TABLES", [transfer.metadata.tables[table]])
    assert run(settings, monkeypatch, "copy") != 0
    assert "did not arrive whole" in capsys.readouterr().err
    assert state_rows(settings.state_url, f"SELECT count(*) FROM {table}") == [(0,)]


def test_a_copy_that_is_killed_leaves_nothing_and_can_be_repeated(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = (
        "import sys, time; from core.store.sql import transfer; from core.cli.main import main; "
        "copy = transfer._copy_rows\n"
        "def slowly(old, new, table):\n"
        "    copy(old, new, table); print(table.name, flush=True); time.sleep(0.3)\n"
        "transfer._copy_rows = slowly; sys.exit(main(['state', 'copy']))"
    )
    environ = {
        **os.environ,
        "MODCONSOLE_HOME": str(settings.home),
        "MODCONSOLE_STATE_URL": settings.state_url,
    }
    with subprocess.Popen(
        [sys.executable, "-c", slow], env=environ, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        while process.stdout.readline().strip() != "decisions":
            pass
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    while state_rows(
        settings.state_url, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
    ) != [(0,)]:
        time.sleep(0.05)
    assert state_rows(settings.state_url, "SELECT count(*) FROM comments") == [(0,)]
    assert run(settings, monkeypatch, "copy") == 0


def test_wrong_use_says_what_to_set(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(settings.home))
    assert main(["state", "copy"]) == 2
    assert "set it to postgresql://" in capsys.readouterr().err
    monkeypatch.setenv("MODCONSOLE_STATE_URL", settings.state_url)
    monkeypatch.setenv("MODCONSOLE_HOME", str(settings.home / "other"))
    assert main(["state", "copy"]) == 2
    assert "no state in" in capsys.readouterr().err


def test_a_new_database_is_prepared(
    tmp_path: Path,
    postgres_database: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = Settings(home=tmp_path, state_url=postgres_database)
    for _ in range(2):
        assert run(settings, monkeypatch, "migrate") == 0
        assert "is up to date" in capsys.readouterr().out
    found = state_rows(postgres_database, "SELECT version_num FROM alembic_version")
    assert found == [(migrate.HEAD,)]
