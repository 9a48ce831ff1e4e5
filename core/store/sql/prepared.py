"""Statements compiled once, for what every stored comment needs.

SQLAlchemy keeps compiled statements, too, but to find one again and prepare its parameters and
result takes it several times as long as SQLite takes to run it.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, CursorResult, Delete, Insert, Select, Table, Update, insert

_Statement = Select[Any] | Insert | Update | Delete


class Prepared:
    """A statement whose parameters and columns need no conversion: text, numbers and NULL."""

    def __init__(self, statement: _Statement, *, columns: list[str] | None = None) -> None:
        """`columns` are those that an insert gives."""
        self._statement = statement
        self._columns = columns
        self._compiled: tuple[str, dict[str, object]] | None = None

    def run(self, connection: Connection, values: Mapping[str, object]) -> CursorResult[Any]:
        """`values` are the named parameters."""
        sql, defaults = self._compiled or self._compile(connection)
        parameters = tuple(values.get(name, default) for name, default in defaults.items())
        return connection.exec_driver_sql(sql, parameters)

    def _compile(self, connection: Connection) -> tuple[str, dict[str, object]]:
        found = self._statement.compile(dialect=connection.dialect, column_keys=self._columns)
        assert found.positiontup is not None, "SQLite's parameters are numbered, not named"
        # An insert has no values of its own, and SQLAlchemy gives a mark in their place.
        own = {} if self._columns else found.params
        self._compiled = str(found), {name: own.get(name) for name in found.positiontup}
        return self._compiled


def prepared_insert(table: Table) -> Prepared:
    """The insert of a whole row; columns that are left out are NULL, the table's own counter is not
    among them."""
    counter = table.autoincrement_column
    names = [column.name for column in table.columns if column is not counter]
    return Prepared(insert(table), columns=names)
