"""A DuckDB file or a MotherDuck database."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from core.errors import Conflict, ConsoleError, InvalidInput, StoreError
from core.sources.tables.address import DatabaseAddress, DatabaseKind
from core.sources.tables.base import Transaction, known_or_less, whole_number_us
from core.sources.tables.batches import rebatched
from core.sources.tables.duckdb_columns import exact_duckdb

if TYPE_CHECKING:
    import pyarrow as pa

MEMORY = "256MB"
"""For DuckDB's own buffers; what does not fit goes to a folder beside the file."""
MOST_THREADS = 4
"""Each needs a share of the memory: 64 of them fail at what 4 do."""
_VECTOR_ROWS = 2048
"""DuckDB hands out no fewer rows at a time; more of them would only take more memory."""


class DuckDbDatabase:
    """One connection writes, a cursor of it reads: so source and sink may be the same file, which
    DuckDB opens for one process at a time. A file that is only read is opened for reading, so that
    other readers may open it too."""

    def __init__(self, address: DatabaseAddress, *, is_written: bool) -> None:
        import duckdb

        self.name = address.name
        self._address = address
        self._duckdb = duckdb
        is_local = address.kind is DatabaseKind.DUCKDB
        with self._translated():
            self._connection = duckdb.connect(
                address.target,
                read_only=is_local and not is_written,
                config=_limits() if is_local else {},
            )
            # Times without a time zone are read as UTC.
            self._connection.execute("SET TimeZone = 'UTC'")

    def schema(self, select: str) -> "pa.Schema":
        with self._translated():
            exact = exact_duckdb(self._connection, select)
            return self._connection.sql(f"SELECT * FROM ({exact}) LIMIT 0").to_arrow_table().schema

    def stream(self, select: str, rows: int) -> "Iterator[pa.RecordBatch]":
        with self._translated():
            reading = self._connection.cursor()
            reading.execute("SET TimeZone = 'UTC'")
            exact = exact_duckdb(reading, select)
            yield from rebatched(reading.sql(exact).to_arrow_reader(_VECTOR_ROWS), rows)
            reading.close()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        with self._translated():
            self._connection.begin()
            work = _Transaction(self._connection)
            try:
                yield work
                work.unstage()
                self._connection.commit()
            except BaseException:
                # A commit that failed ended its transaction, and DuckDB has none to roll back.
                with suppress(self._duckdb.Error):
                    work.unstage()
                    self._connection.rollback()
                raise

    def largest(self, columns: Sequence[str]) -> str:
        return f"GREATEST({known_or_less(columns)})"

    def time_us(self, column: str, kind: "pa.DataType") -> str:
        import pyarrow as pa

        if pa.types.is_integer(kind):
            return whole_number_us(column)
        return f"epoch_us(CAST({column} AS TIMESTAMPTZ))"

    def claim(self, name: str) -> None:
        """DuckDB's own lock on the file keeps every other process out."""

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        duckdb = self._duckdb
        wrong = (duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError)
        try:
            yield
        except ConsoleError:
            raise
        except wrong as error:
            raise InvalidInput(f"{self.name}: {first_line(error)}") from None
        except duckdb.OutOfMemoryException as error:
            raise StoreError(
                f"{self.name}: DuckDB needs more than {MEMORY} at once. If the table has thousands "
                "of texts of over 50,000 characters, leave them out: they are too long to be "
                f"scored. {first_line(error)}"
            ) from None
        except duckdb.Error as error:
            text = first_line(error)
            if "could not set lock" in text.lower():
                raise Conflict(
                    f"{self.name}: another program has the file open; try again when it is done, "
                    "or close it there"
                ) from None
            raise StoreError(f"{self.name}: {self._reason(text)}") from None

    def _reason(self, text: str) -> str:
        if self._address.kind is DatabaseKind.MOTHERDUCK:
            return (
                "MotherDuck needs DuckDB's extension `motherduck` and a token in "
                f"MOTHERDUCK_TOKEN: {text}"
            )
        return text


def _limits() -> dict[str, str | bool | int | float | list[str]]:
    return {"memory_limit": MEMORY, "threads": min(MOST_THREADS, os.cpu_count() or 1)}


class _Transaction:
    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._staged: dict[str, None] = {}

    def tables(self) -> list[str]:
        query = "SELECT table_schema, table_name FROM information_schema.tables ORDER BY ALL"
        found = self._connection.execute(query).fetchall()
        return [name if schema == "main" else f"{schema}.{name}" for schema, name in found]

    def execute(self, sql: str) -> None:
        self._connection.execute(sql)

    def fetch(self, sql: str) -> "pa.Table":
        return self._connection.sql(sql).to_arrow_table()

    def stage(self, name: str, rows: "pa.RecordBatch") -> None:
        self._connection.register(name, rows)
        self._staged[name] = None

    def unstage(self) -> None:
        for name in self._staged:
            self._connection.unregister(name)


def first_line(error: Exception) -> str:
    """A driver's message may go on with the whole query."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
