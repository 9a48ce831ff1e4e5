"""Before the tables of a state are changed, a copy of it is kept."""

import logging
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from core.bootstrap.state import open_store
from core.config import Settings
from core.errors import StoreError
from core.store.sql.migrate import HEAD
from core.store.sql.postgres import dumped
from core.store.sql.postgres.dumped import restore_state
from tests.postgres_server import drop_database, new_database

OLD_HOME = Path(__file__).parents[1] / "homes" / "0.1.0"
VERSION = "SELECT version_num FROM alembic_version"


@pytest.fixture
def old(tmp_path: Path) -> Settings:
    return Settings(home=Path(shutil.copytree(OLD_HOME, tmp_path / "home")))


def dump_of(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return sorted(connection.iterdump())


def kept(settings: Settings) -> list[Path]:
    return sorted(settings.home.glob("state*schema-*"))


def test_the_state_is_kept_as_it_was(old: Settings) -> None:
    before = dump_of(old.state_path)
    open_store(old).close()
    (copy,) = kept(old)
    assert dump_of(copy) == before
    assert dump_of(old.state_path) != before
    assert copy.stat().st_mode & 0o077 == 0
    open_store(old).close()
    assert kept(old) == [copy]


def test_a_change_of_the_tables_is_told_once(
    old: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        open_store(old).close()
    (told,) = [record.getMessage() for record in caplog.records]
    (copy,) = kept(old)
    before = copy.name.rpartition("-")[2]
    assert told == (
        f"{old.state_path} was changed from schema {before} to {HEAD}; as it was it is in {copy}"
    )


def test_a_new_state_is_not_copied(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(home=tmp_path / "new")
    open_store(settings).close()
    assert caplog.records == []
    assert kept(settings) == []


def test_without_a_copy_nothing_is_changed(old: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(source: Path, target: Path) -> str:
        raise OSError(28, "No space left on device")

    before = dump_of(old.state_path)
    monkeypatch.setattr("core.store.sql.sqlite.database.copy_file", fail)
    with pytest.raises(StoreError, match="No space left on device; nothing was changed"):
        open_store(old)
    assert dump_of(old.state_path) == before


def test_an_erasure_reaches_the_copy(old: Settings) -> None:
    store = open_store(old)
    assert kept(old)
    store.purge()
    assert kept(old) == []
    store.close()


@pytest.fixture
def on_postgres(tmp_path: Path, postgres_state: str) -> Settings:
    """A state that says it is of an older schema, so that its migration fails after the copy."""
    url = new_database(postgres_state, is_copy=True)
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0021'")
    yield Settings(home=tmp_path / "home", state_url=url)
    drop_database(url)


def test_a_state_in_postgresql_is_dumped(on_postgres: Settings, postgres_state: str) -> None:
    with pytest.raises(StoreError, match="can't be brought from schema 0021"):
        open_store(on_postgres)
    (copy,) = kept(on_postgres)
    empty = new_database(postgres_state, is_copy=False)
    restore_state(empty, copy)
    with psycopg.connect(empty) as connection:
        assert connection.execute(VERSION).fetchone() == ("0021",)
    drop_database(empty)


def test_without_pg_dump_the_log_says_that_there_is_no_copy(
    on_postgres: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(dumped, "_DEBIAN", Path("/nowhere"))
    monkeypatch.setenv("PATH", "")
    with caplog.at_level(logging.WARNING), pytest.raises(StoreError, match="can't be brought"):
        open_store(on_postgres)
    assert "was not copied before its tables are changed: a state in PostgreSQL is copied by" in (
        caplog.text
    )
    assert kept(on_postgres) == []
