"""What every database promises as a source and a sink of tables: DuckDB, SQLite, PostgreSQL."""

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest
from adbc_driver_manager.dbapi import Connection

from core.errors import Conflict, InvalidInput, MissingExtra, StoreError
from core.sources.tables.address import database_address
from core.sources.tables.base import Database, quoted
from core.sources.tables.opening import open_database

ROWS = pa.RecordBatch.from_pydict({"id": list(range(1, 2501)), "word": ["a", "b"] * 1250})


def opened(text: str, *, is_written: bool = True) -> Database:
    address = database_address(text)
    assert address is not None
    return open_database(address, is_written=is_written)


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    made = opened(address)
    with made.transaction() as work:
        work.stage("rows", ROWS)
        work.execute("CREATE TABLE comments AS SELECT * FROM rows")
    yield made
    made.close()


def ids(database: Database, select: str = "SELECT id FROM comments ORDER BY id") -> list[int]:
    return [one for batch in database.stream(select, 999) for one in batch.column(0).to_pylist()]


def test_rows_come_back_in_batches_of_the_size_asked_for(database: Database) -> None:
    sizes = [batch.num_rows for batch in database.stream("SELECT * FROM comments", 1000)]
    assert sizes == [1000, 1000, 500]
    assert ids(database) == list(range(1, 2501))


def test_schema_has_names_and_types(database: Database) -> None:
    schema = database.schema("SELECT id, word FROM comments")
    assert schema.names == ["id", "word"]
    assert schema.field("id").type == pa.int64()


def test_a_reader_sees_what_stood_when_it_began_and_does_not_wait_for_a_writer(
    database: Database,
) -> None:
    reading = database.stream("SELECT id FROM comments ORDER BY id", 1000)
    first = next(reading)
    with database.transaction() as work:
        work.execute("CREATE TABLE written AS SELECT id FROM comments WHERE id < 10")
    rest = sum(batch.num_rows for batch in reading)
    assert first.num_rows + rest == 2500
    assert ids(database, "SELECT id FROM written ORDER BY id") == list(range(1, 10))


def test_a_transaction_that_fails_changes_nothing(database: Database) -> None:
    def delete_and_fail(error: Exception | None) -> None:
        with database.transaction() as work:
            work.execute("DELETE FROM comments")
            if error is not None:
                raise error
            work.execute("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(ZeroDivisionError):
        delete_and_fail(ZeroDivisionError())
    assert len(ids(database)) == 2500
    with pytest.raises(InvalidInput):
        delete_and_fail(None)
    assert len(ids(database)) == 2500


def test_staged_rows_are_gone_after_the_transaction(database: Database) -> None:
    with database.transaction() as work:
        work.stage("few", ROWS.slice(0, 3))
        work.stage("few", ROWS.slice(0, 2))
        assert work.fetch("SELECT count(*) AS n FROM few").to_pylist() == [{"n": 2}]
    with pytest.raises(InvalidInput), database.transaction() as work:
        work.fetch("SELECT count(*) AS n FROM few")
    with database.transaction() as work:
        assert work.tables() == ["comments"]


def test_names_are_quoted(database: Database) -> None:
    with database.transaction() as work:
        name = 'Ro"ws; DROP TABLE comments'
        work.execute(f"CREATE TABLE {quoted(name)} AS SELECT id FROM comments")
        assert sorted(work.tables()) == sorted(["comments", name])


@pytest.mark.parametrize("select", ["SELECT * FROM coments", "SELECT nothing FROM comments", "x"])
def test_what_is_named_wrong_is_the_callers_error_and_the_next_call_works(
    database: Database, select: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        list(database.stream(select, 9))
    assert str(caught.value).startswith(f"{database.name}: ")
    assert "\n" not in str(caught.value)
    with pytest.raises(InvalidInput):
        database.schema(select)
    assert len(ids(database)) == 2500


TIMES = [
    ("1767225600", "BIGINT"),
    ("1767225600000", "BIGINT"),
    ("1767225600000000", "BIGINT"),
    ("1767225600000000000", "BIGINT"),
    ("'2026-01-01T00:00:00Z'", "VARCHAR(99)"),
    ("'2026-01-01 02:00:00+02:00'", "VARCHAR(99)"),
    ("'2026-01-01 00:00:00'", "VARCHAR(99)"),
    ("'2026-01-01'", "DATE"),
    ("'2026-01-01 00:00:00'", "TIMESTAMP"),
]


@pytest.mark.parametrize(("value", "kind"), TIMES)
def test_a_time_is_read_in_utc_whatever_its_form(database: Database, value: str, kind: str) -> None:
    with database.transaction() as work:
        work.execute(f"CREATE TABLE times (moment {kind})")
        work.execute(f"INSERT INTO times VALUES ({value})")
    column = database.schema("SELECT moment FROM times").field("moment").type
    select = f"SELECT {database.time_us('moment', column)} AS us FROM times"
    (batch,) = database.stream(select, 9)
    assert batch.column(0).to_pylist() == [1_767_225_600_000_000]


def test_a_name_is_claimed_once_until_it_is_closed(address: str, database: Database) -> None:
    database.claim("predictions")
    if "duckdb" in address:
        return  # another process can't open the file at all: tests/integration/test_score_tables.py
    with closing(opened(address)) as other:
        with pytest.raises(Conflict, match="another process writes predictions"):
            other.claim("predictions")
        other.claim("others")
        database.close()
        other.claim("predictions")


def test_a_claim_ends_before_the_server_notices_that_its_session_is_closed(
    address: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "duckdb" in address:
        return
    database.claim("predictions")
    with pytest.raises(InvalidInput):
        database.schema("SELECT nothing FROM comments")
    left_open: list[Connection] = []

    def keep_open(connection: Connection) -> None:
        left_open.append(connection)

    with monkeypatch.context() as patched:
        patched.setattr(Connection, "close", keep_open)
        database.close()
    try:
        with closing(opened(address)) as other:
            other.claim("predictions")
    finally:
        for connection in set(left_open):
            connection.close()


def test_what_is_only_read_is_not_written(address: str, database: Database) -> None:
    database.close()
    if address.startswith("postgresql"):
        return  # what an account may write is the server's to say
    reading = opened(address, is_written=False)
    assert len(ids(reading)) == 2500
    with pytest.raises((InvalidInput, StoreError)), reading.transaction() as work:
        work.execute("DELETE FROM comments")
    reading.close()


@pytest.mark.parametrize("address", ["x.sqlite", "postgresql://db/x"])
def test_a_driver_that_is_not_installed_is_named_with_what_installs_it(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("sqlite", "postgresql"):
        monkeypatch.setitem(sys.modules, f"adbc_driver_{name}.dbapi", None)
    with pytest.raises(MissingExtra, match=r"pip install 'moderation-console\[tables\]'"):
        opened(address)
