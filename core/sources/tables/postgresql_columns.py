"""The columns of a PostgreSQL query; those whose values Arrow does not hold exactly as text."""

from typing import Any

import pyarrow as pa
from pyarrow import types

from core.sources.tables.base import identifier
from core.sources.tables.odd_times import ODD_TIMES, is_time, odd_time

# An amount of money comes without its point, an object number with a sign.
_AS_TEXT = (b"money", b"oid")
_EXACT_EXTENSIONS = ("arrow.json", "arrow.uuid")


def exact_postgresql(cursor: Any, select: str) -> str:
    """The query. A column is text if its type is one that Arrow has not, or if one of its times is
    out of Arrow's range, as `infinity`."""
    cursor.execute(f"SELECT * FROM ({select}\n) AS t LIMIT 0")
    schema: pa.Schema = cursor.fetch_arrow_table().schema
    odd = {at for at, field in enumerate(schema) if _is_odd(field)}
    tests = {at: _odd_values(field) for at, field in enumerate(schema) if at not in odd}
    asked = {at: test for at, test in tests.items() if test}
    if asked:
        parts = ", ".join(f"COALESCE(bool_or({test}), false)" for test in asked.values())
        cursor.execute(f"SELECT {parts} FROM ({select}\n) AS t")
        (row,) = cursor.fetchall()
        odd |= {at for at, is_there in zip(asked, row, strict=True) if is_there}
    if not odd:
        return select
    columns = [
        f"{_text(name)} AS {name}" if at in odd else name
        for at, name in enumerate(map(identifier, schema.names))
    ]
    return f"SELECT {', '.join(columns)} FROM ({select}\n) AS t"


def _text(column: str) -> str:
    # As the server writes it: a cast to text adds a mask to an address.
    return f"CASE WHEN {column} IS NOT NULL THEN concat({column}) END"


def _is_odd(field: pa.Field) -> bool:
    declared = (field.metadata or {}).get(b"POSTGRESQL:type")
    return declared in _AS_TEXT or _is_odd_type(field.type)


def _is_odd_type(kind: pa.DataType) -> bool:
    if isinstance(kind, pa.OpaqueType):  # its bytes are those of PostgreSQL's own protocol
        return not bool(types.is_string(kind.storage_type))
    if isinstance(kind, pa.BaseExtensionType):
        return str(kind.extension_name) not in _EXACT_EXTENSIONS
    if types.is_list(kind):
        return _is_odd_type(kind.value_type)
    return bool(types.is_interval(kind) or types.is_struct(kind))


def _odd_values(field: pa.Field) -> str | None:
    """An SQL condition that holds for values out of range."""
    column, kind = identifier(field.name), field.type
    if types.is_list(kind):
        held = kind.value_type
        return f"CAST({column} AS TEXT) ~ '{ODD_TIMES}'" if is_time(held) else None
    return odd_time(column, kind)
