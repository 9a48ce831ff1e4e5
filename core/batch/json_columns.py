"""Columns for JSON rows: all their keys, each with a type that fits all of its values."""

import json
from collections.abc import Iterable, Sequence

import pyarrow as pa

JSON_TEXT = {b"holds": b"json"}  # metadata of a text column whose values are JSON


def schema_of(rows: Iterable[object]) -> pa.Schema:
    """Columns in the order in which keys first appear; rows that are no objects are ignored."""
    kinds: dict[str, set[str]] = {}
    for row in rows:
        if isinstance(row, dict):
            for name, value in row.items():
                kinds.setdefault(name, set()).add(_kind(value))
    return pa.schema([_field(name, found - {"null"}) for name, found in kinds.items()])


def array_of(values: Sequence[object], field: pa.Field) -> pa.Array:
    """The values as the column type that `schema_of` chose for them."""
    if field.metadata == JSON_TEXT:
        values = [None if value is None else json.dumps(value) for value in values]
    elif field.type == pa.string():
        values = [storable(value) if isinstance(value, str) else None for value in values]
    elif field.type == pa.float64():
        values = [float(value) if isinstance(value, int | float) else None for value in values]
    return pa.array(values, field.type)


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "bool"
        case int():
            return "int" if abs(value) <= 2**53 else "long" if abs(value) < 2**63 else "json"
        case float():
            return "float"
        case str():
            return "text"
        case _:
            return "json"


def _field(name: str, kinds: set[str]) -> pa.Field:
    if kinds <= {"text"}:
        return pa.field(name, pa.string())
    if kinds == {"bool"}:
        return pa.field(name, pa.bool_())
    if kinds <= {"int", "long"}:
        return pa.field(name, pa.int64())
    if kinds <= {"int", "float"}:  # as a float, an integer above 2**53 would change
        return pa.field(name, pa.float64())
    return pa.field(name, pa.string(), metadata=JSON_TEXT)


def storable(text: str | None) -> str | None:
    """Lone surrogates become question marks: Arrow stores valid UTF-8 only."""
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")
