"""Columns for JSON rows: all their keys, each with a type that fits all of its values."""

import json
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from core.errors import UnreadableFile
from core.sources.files.text_files import MAX_COLUMNS, Row

# Metadata of a text column whose values are JSON, and of a column of whole and other numbers.
JSON_TEXT, MIXED_NUMBERS = {b"holds": b"json"}, {b"holds": b"whole and other numbers"}
MAX_DEPTH = 100
"""Lists and objects inside one another; Python's encoder of JSON has a limit of its own."""


def storable_rows(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows; those that no table could hold get a problem instead of their value."""
    for row in rows:
        problem = _problem_of(row.value) if isinstance(row.value, dict) else None
        yield row if problem is None else Row(row.where, problem=problem)


def _problem_of(row: dict[str, object]) -> str | None:
    if any(storable(name) != name for name in row):
        return "a name holds a lone surrogate, which is not valid Unicode"
    if any(_is_deep(value) for value in row.values() if isinstance(value, list | dict)):
        return f"lists or objects are nested more than {MAX_DEPTH} deep"
    return None


def _is_deep(value: object) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            each
            for one in level
            if isinstance(one, list | dict)
            for each in (one if isinstance(one, list) else one.values())
        ]
    return bool(level)


def schema_of(rows: Iterable[object]) -> pa.Schema:
    """Columns in the order in which keys first appear; rows that are no objects are ignored.

    Raises UnreadableFile for more than MAX_COLUMNS: every chunk has every column."""
    kinds: dict[str, set[str]] = {}
    for row in rows:
        if isinstance(row, dict):
            for name, value in row.items():
                kinds.setdefault(name, set()).add(_kind(value))
        if len(kinds) > MAX_COLUMNS:
            raise UnreadableFile(
                f"the rows have over {MAX_COLUMNS:,} different names; leave out those not needed"
            )
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
        return pa.field(name, pa.float64(), metadata=MIXED_NUMBERS if "int" in kinds else None)
    return pa.field(name, pa.string(), metadata=JSON_TEXT)


def storable(text: str | None) -> str | None:
    """Lone surrogates become question marks: Arrow stores valid UTF-8 only."""
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")
