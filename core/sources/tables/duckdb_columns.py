"""The columns of a DuckDB query; those whose values Arrow does not hold exactly as text."""

from typing import Any

import pyarrow as pa

from core.sources.tables.base import identifier
from core.sources.tables.odd_times import ODD_TIMES, odd_time

_EXACT = frozenset(
    (
        *("boolean", "tinyint", "smallint", "integer", "bigint", "hugeint", "float", "double"),
        *("utinyint", "usmallint", "uinteger", "ubigint", "decimal", "varchar", "json", "blob"),
        *(
            "uuid",
            "enum",
            "null",
            '"null"',
            "sqlnull",
            "list",
            "array",
            "struct",
            "map",
            "geometry",
        ),
    )
)
_TIMES = frozenset(
    (
        *("date", "time", "time_ns", "timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns"),
        *("timestamp_us", "timestamp with time zone"),
    )
)
_NESTED = frozenset(("list", "array", "struct", "map"))
_MOST_HUGE = 10**38 - 1  # of Arrow's decimals


def exact_duckdb(connection: Any, select: str) -> str:
    """The query. A column is text if its type is one that Arrow has not, or if one of its values is
    out of Arrow's range, as `infinity` is."""
    rows = connection.sql(f"SELECT * FROM ({select}\n) AS t LIMIT 0")
    kinds, names = rows.types, [identifier(name) for name in rows.columns]
    schema: pa.Schema = rows.to_arrow_table().schema
    odd = {at for at, kind in enumerate(kinds) if _ids(kind) - _EXACT - _TIMES}
    asked = {
        at: test
        for at, (name, kind) in enumerate(zip(names, kinds, strict=True))
        if at not in odd and (test := _odd_values(name, kind, schema.field(at).type))
    }
    if asked:
        parts = ", ".join(f"bool_or({test})" for test in asked.values())
        (row,) = connection.sql(f"SELECT {parts} FROM ({select}\n) AS t").fetchall()
        odd |= {at for at, is_there in zip(asked, row, strict=True) if is_there}
    columns = [
        f"CAST({name} AS VARCHAR) AS {name}" if at in odd else name for at, name in enumerate(names)
    ]
    return f"SELECT {', '.join(columns)} FROM ({select}\n) AS t"


def _ids(kind: Any) -> set[str]:
    """The names of the type and of those inside it."""
    found = {kind.id}
    if kind.id in _NESTED:
        for _, inner in kind.children:
            if isinstance(inner, type(kind)):  # not the size of an array
                found |= _ids(inner)
    return found


def _odd_values(name: str, kind: Any, held: pa.DataType) -> str | None:
    """An SQL condition that holds for values out of range."""
    if kind.id in _NESTED:
        if not _ids(kind) & _TIMES:
            return None
        return f"regexp_matches(CAST({name} AS VARCHAR), '{ODD_TIMES}')"
    if kind.id == "hugeint":
        return f"{name} NOT BETWEEN -{_MOST_HUGE} AND {_MOST_HUGE}"
    return odd_time(name, held)
