"""A database as a source and a sink of tables."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pyarrow as pa


class Transaction(Protocol):
    """Statements that take effect together, or not at all."""

    def tables(self) -> list[str]:
        """The names of the tables and views; `schema.table` if it is not in the usual schema."""
        ...

    def execute(self, sql: str) -> None: ...

    def fetch(self, sql: str) -> "pa.Table":
        """The rows of a query, all in memory."""
        ...

    def stage(self, name: str, rows: "pa.RecordBatch") -> None:
        """Makes the rows a temporary table of that name, which only this transaction sees."""
        ...


class Database(Protocol):
    """Every method raises InvalidInput for what the caller named wrong, StoreError if the
    database can't be read or written, or Conflict while another process keeps it to itself."""

    @property
    def name(self) -> str:
        """For messages; holds no password."""
        ...

    def schema(self, select: str) -> "pa.Schema":
        """The columns of a query, each with a type that holds its values as they are: as text
        where Arrow has no such type."""
        ...

    def stream(self, select: str, rows: int) -> "Iterator[pa.RecordBatch]":
        """The rows of a query in batches of at most `rows`, with little memory, as they are when it
        begins, in the types of `schema`. Transactions may write meanwhile."""
        ...

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Committed at the end, or rolled back if the block raises. One at a time."""
        ...

    def largest(self, columns: Sequence[str]) -> str:
        """An SQL expression: the largest number in a row's columns of scores; negative if there is
        none."""
        ...

    def time_us(self, column: str, kind: "pa.DataType") -> str:
        """An SQL expression: the column's time in microseconds since 1970 in UTC. Whole numbers are
        Unix times, times without a zone and texts without one as UTC."""
        ...

    def claim(self, name: str) -> None:
        """Keeps other processes from claiming that name until `close`. Raises Conflict if one
        has."""
        ...

    def close(self) -> None: ...


def quoted(name: str) -> str:
    """The name as an SQL identifier; `schema.table` names a table in a schema."""
    return ".".join(map(identifier, name.split(".")))


def identifier(name: str) -> str:
    """The name as an SQL identifier. Unlike a table, a column may have a dot in its name."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(value: str) -> str:
    """The text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def known_or_less(columns: Sequence[str]) -> str:
    """The arguments of the largest of them: SQLite's is unknown if one of them is. The first one
    keeps a single column from being an aggregate."""
    return ", ".join(["-1", *(f"COALESCE({quoted(column)}, -1)" for column in columns)])


def whole_number_us(column: str) -> str:
    """An SQL expression for a Unix time in seconds, milli-, micro- or nanoseconds, distinguished by
    their size."""
    units = ((10**17, "/ 1000"), (10**14, ""), (10**11, "* 1000"))
    cases = " ".join(f"WHEN {column} >= {least} THEN {column} {by}" for least, by in units)
    return f"CAST(CASE {cases} ELSE {column} * 1000000 END AS BIGINT)"
