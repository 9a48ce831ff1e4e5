"""Statements compiled once, for what every stored comment needs.

SQLAlchemy keeps compiled statements, too, but to find one again and prepare its parameters and
result takes it several times as long as SQLite takes to run it.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    Connection,
    CursorResult,
    Delete,
    Dialect,
    Insert,
    Select,
    Table,
    Update,
    insert,
)

_Statement = Select[Any] | Insert | Update | Delete


class Prepared:
    """A statement whose parameters and columns need no conversion: text, numbers and NULL."""

    def __init__(self, statement: _Statement, *, columns: list[str] | None = None) -> None:
        """`columns` are those that an insert gives."""
        self._statement = statement
        self._columns = columns
        self._compiled: dict[str, tuple[str, dict[str, object]]] = {}

    def run(self, connection: Connection, values: Mapping[str, object]) -> CursorResult[Any]:
        """`values` are the named parameters."""
        dialect = connection.dialect
        sql, defaults = self._compiled.get(dialect.name) or self._compile(dialect)
        given = {name: values.get(name, default) for name, default in defaults.items()}
        parameters = tuple(given.values()) if dialect.positional else given
        return connection.exec_driver_sql(sql, parameters)

    def _compile(self, dialect: Dialect) -> tuple[str, dict[str, object]]:
        found = self._statement.compile(dialect=dialect, column_keys=self._columns)
        names = found.positiontup if found.positiontup is not None else list(found.params)
        # An insert has no values of its own, and SQLAlchemy gives a mark in their place.
        own = {} if self._columns else found.params
        self._compiled[dialect.name] = str(found), {name: own.get(name) for name in names}
        return self._compiled[dialect.name]


def prepared_insert(table: Table) -> Prepared:
    """The insert of a whole row; columns that are left out are NULL, the table's own counter is not
    among them."""
    counter = table.autoincrement_column
    names = [column.name for column in table.columns if column is not counter]
    return Prepared(insert(table).inline(), columns=names)
