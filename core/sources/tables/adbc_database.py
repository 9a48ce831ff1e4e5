"""A PostgreSQL database or an SQLite file, through the drivers of Apache Arrow (ADBC)."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from core.errors import Conflict, ConsoleError, InvalidInput, MissingExtra, StoreError
from core.sources.tables.address import DatabaseAddress, DatabaseKind
from core.sources.tables.base import (
    Transaction,
    known_or_less,
    text_literal,
    whole_number_us,
)
from core.sources.tables.batches import rebatched, without_first_row
from core.sources.tables.sqlite_columns import exact_sqlite

if TYPE_CHECKING:
    import pyarrow as pa

CONNECT_S = 10
_BATCH_ROWS, _SQLITE_ROWS = "adbc.sqlite.query.batch_rows", "32"  # a row may have megabytes
_TABLES = {
    DatabaseKind.SQLITE: "SELECT '' AS place, name FROM sqlite_master WHERE type IN "
    "('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name",
    # Those too that the account may not read: then that is what it is told, not that there is none.
    DatabaseKind.POSTGRESQL: "SELECT CASE nspname WHEN 'public' THEN '' ELSE nspname::text END "
    "AS place, relname::text AS name FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
    "WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND nspname !~ '^pg_' "
    "AND nspname <> 'information_schema' ORDER BY 1, 2",
}


class AdbcDatabase:
    """SQLite reads and writes on one connection: a second one would wait for the lock of the first.
    PostgreSQL reads on a connection of its own."""

    def __init__(self, address: DatabaseAddress, *, is_written: bool) -> None:
        self.name = address.name
        self._kind = address.kind
        self._path = address.path
        self._locks: list[int] = []
        self._driver = _driver(address.kind)
        with self._translated():
            self._connection = self._connect(address, is_written)
            is_own = address.kind is DatabaseKind.POSTGRESQL
            self._reading = self._connect(address, is_written) if is_own else self._connection

    def _connect(self, address: DatabaseAddress, is_written: bool) -> Any:
        if address.kind is DatabaseKind.SQLITE:
            mode = "rwc" if is_written else "ro"
            return self._driver.connect(f"file:{_escaped(address.target)}?mode={mode}")
        connection = self._driver.connect(_with_timeout(address.target))
        with connection.cursor() as cursor:
            cursor.execute("SET TIME ZONE 'UTC'")
        connection.commit()
        return connection

    def schema(self, select: str) -> "pa.Schema":
        with self._translated(), self._reader() as cursor:
            cursor.execute(f"SELECT * FROM ({self._exact(cursor, select)}) AS t LIMIT 1")
            schema: pa.Schema = cursor.fetch_arrow_table().schema
            return schema

    def stream(self, select: str, rows: int) -> "Iterator[pa.RecordBatch]":
        with self._translated(), self._reader() as cursor:
            exact = self._exact(cursor, select)
            if self._kind is DatabaseKind.SQLITE:
                cursor.adbc_statement.set_options(**{_BATCH_ROWS: _SQLITE_ROWS})
            cursor.execute(exact)
            batches = cursor.fetch_record_batch()
            if self._kind is DatabaseKind.SQLITE:
                batches = without_first_row(batches)
            yield from rebatched(batches, rows)

    def _exact(self, cursor: Any, select: str) -> str:
        if self._kind is DatabaseKind.SQLITE:
            return exact_sqlite(cursor, select)
        from core.sources.tables.postgresql_columns import exact_postgresql

        return exact_postgresql(cursor, select)

    @contextmanager
    def _reader(self) -> Iterator[Any]:
        with self._reading.cursor() as cursor:
            try:
                yield cursor
            finally:
                if self._reading is not self._connection:
                    # Ends the transaction, which PostgreSQL may have aborted. A connection that was
                    # lost has none, and what lost it is what the caller is told.
                    with suppress(self._driver.Error):
                        self._reading.rollback()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        with self._translated():
            work = _Transaction(self._connection, self._kind)
            try:
                yield work
                work.unstage()
                self._connection.commit()
            except BaseException:
                with suppress(self._driver.Error):
                    self._connection.rollback()
                raise

    def largest(self, columns: Sequence[str]) -> str:
        is_typed = self._kind is DatabaseKind.POSTGRESQL
        return f"{'GREATEST' if is_typed else 'MAX'}({known_or_less(columns)})"

    def time_us(self, column: str, kind: "pa.DataType") -> str:
        import pyarrow as pa

        if pa.types.is_integer(kind):
            return whole_number_us(column)
        if self._kind is DatabaseKind.SQLITE:
            # Days as a floating point number are exact to a tenth of a millisecond.
            return f"CAST(ROUND((julianday({column}) - 2440587.5) * 86400000.0) AS INTEGER) * 1000"
        return f"(EXTRACT(EPOCH FROM CAST({column} AS TIMESTAMPTZ)) * 1000000)::bigint"

    def claim(self, name: str) -> None:
        if self._path is not None:
            self._claim_file(name)
            return
        with self._translated():
            key = f"hashtextextended({text_literal(f'modconsole:{name}')}, 0)"
            found = _fetched(self._connection, f"SELECT pg_try_advisory_lock({key}) AS is_mine")
            self._connection.commit()
        if not found.column("is_mine")[0].as_py():
            raise Conflict(f"another process writes {name} in {self.name} at this moment")

    def _claim_file(self, name: str) -> None:
        assert self._path is not None
        path = self._path.with_name(f".{self._path.name}.{name}.lock")
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise Conflict(f"another process writes {name} in {self.name} at this moment") from None
        self._locks.append(descriptor)

    def close(self) -> None:
        for descriptor in self._locks:
            os.close(descriptor)
        self._locks = []
        with suppress(self._driver.Error):
            if self._kind is DatabaseKind.POSTGRESQL:
                # The server notices a closed session, and frees what it claimed, some time later.
                self._connection.rollback()
                _fetched(self._connection, "SELECT pg_advisory_unlock_all()::text")
        with suppress(self._driver.Error):
            if self._reading is not self._connection:
                self._reading.close()
            self._connection.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        driver = self._driver
        try:
            yield
        except ConsoleError:
            raise
        except (driver.ProgrammingError, driver.DataError, driver.NotSupportedError) as error:
            raise InvalidInput(f"{self.name}: {_reason(error)}") from None
        # What fails in the middle of a stream comes as an error of Arrow, which is an OSError.
        except (driver.Error, OSError) as error:
            raise StoreError(f"{self.name}: {_reason(error)}") from None


class _Transaction:
    def __init__(self, connection: Any, kind: DatabaseKind) -> None:
        self._connection = connection
        self._kind = kind
        self._staged: dict[str, None] = {}

    def tables(self) -> list[str]:
        found = _fetched(self._connection, _TABLES[self._kind]).to_pylist()
        return [f"{row['place']}.{row['name']}".removeprefix(".") for row in found]

    def execute(self, sql: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)

    def fetch(self, sql: str) -> "pa.Table":
        return _fetched(self._connection, sql)

    def stage(self, name: str, rows: "pa.RecordBatch") -> None:
        with self._connection.cursor() as cursor:
            cursor.adbc_ingest(name, rows, mode="replace", temporary=True)
        self._staged[name] = None

    def unstage(self) -> None:
        for name in self._staged:
            self.execute(f'DROP TABLE "{name}"')


def _driver(kind: DatabaseKind) -> Any:
    package = f"adbc_driver_{kind.value.lower()}"
    try:
        return import_module(f"{package}.dbapi")
    except ImportError as error:
        raise MissingExtra(
            f"tables in {kind} need {package}: pip install 'moderation-console[tables]'"
        ) from error


def _fetched(connection: Any, sql: str) -> "pa.Table":
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetch_arrow_table()


def _with_timeout(url: str) -> str:
    """A host that does not answer would be waited for for minutes."""
    if "connect_timeout=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}connect_timeout={CONNECT_S}"


def _escaped(path: str) -> str:
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _reason(error: Exception) -> str:
    """The database's own words, without the driver's prefixes and the query."""
    line = next((line for line in str(error).splitlines() if line.strip()), "")
    for mark in ("ERROR:", "FATAL:", "failed: ", "[SQLite] ", "Failed to prepare query: "):
        line = line.rpartition(mark)[2] or line
    return line.strip() or type(error).__name__
