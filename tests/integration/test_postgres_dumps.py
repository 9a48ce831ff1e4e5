"""What goes wrong with pg_dump and pg_restore is told in one line, without the password."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from core.errors import InvalidInput, StoreError
from core.store.sql.postgres import dumped
from core.store.sql.postgres.dumped import dump_state, restore_state
from tests.postgres_server import drop_database, new_database

TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"


@pytest.fixture
def empty_database(postgres_state: str) -> Iterator[str]:
    url = new_database(postgres_state, is_copy=False)
    yield url
    drop_database(url)


def test_a_database_that_holds_something_is_left_alone(postgres_state: str, tmp_path: Path) -> None:
    dump_state(postgres_state, tmp_path / "state.dump")
    with pytest.raises(InvalidInput, match="has tables: a backup is restored into an empty"):
        restore_state(postgres_state, tmp_path / "state.dump")


def test_what_is_no_dump_leaves_the_database_empty(empty_database: str, tmp_path: Path) -> None:
    (tmp_path / "state.dump").write_text("no dump")
    with pytest.raises(StoreError, match="pg_restore: error: "):
        restore_state(empty_database, tmp_path / "state.dump")
    with psycopg.connect(empty_database) as connection:
        assert connection.execute(TABLES).fetchone() == (0,)


def test_a_dump_that_was_cut_off_leaves_the_database_empty(
    postgres_state: str, empty_database: str, tmp_path: Path
) -> None:
    dump_state(postgres_state, tmp_path / "whole")
    data = (tmp_path / "whole").read_bytes()
    (tmp_path / "cut").write_bytes(data[: len(data) // 2])
    with pytest.raises(StoreError):
        restore_state(empty_database, tmp_path / "cut")
    with psycopg.connect(empty_database) as connection:
        assert connection.execute(TABLES).fetchone() == (0,)


def test_a_server_that_is_away_is_named_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as told:
        dump_state("postgresql://mod:hush-hush@127.0.0.1:1/site", tmp_path / "state.dump")
    assert "127.0.0.1:1/site" in str(told.value)
    assert "hush-hush" not in str(told.value)
    assert "\n" not in str(told.value)


def test_what_the_address_says_beside_reaches_pg_dump(postgres_state: str, tmp_path: Path) -> None:
    url = f"{postgres_state}?passfile={tmp_path / 'pgpass'}&sslmode=disable&application_name=x%20y"
    dump_state(url, tmp_path / "state.dump")
    assert (tmp_path / "state.dump").read_bytes().startswith(b"PGDMP")


def test_the_password_is_on_no_command_line(
    postgres_state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "$@ / $PGPASSWORD" >&2\nexit 1\n')
    program.chmod(0o755)
    monkeypatch.setattr(dumped, "_DEBIAN", Path("/nowhere"))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    url = postgres_state.replace("@", ":hush-hush@")
    with pytest.raises(StoreError) as told:
        dump_state(url, tmp_path / "state.dump")
    given, _, password = str(told.value).partition(" / ")
    assert "hush-hush" not in given
    assert password == "hush-hush"
