"""Columns for JSON rows: all their keys, each with a type that fits all of its values."""

import json
from collections.abc import Iterable, Iterator

import pyarrow as pa

from core.errors import UnreadableFile
from core.sources.files.text_files import MAX_COLUMNS, Row

# Metadata of a text column whose cells are JSON, of one whose cells are JSON without lists and
# objects, and of a column of whole and other numbers.
JSON_TEXT, JSON_SCALARS = {b"holds": b"json"}, {b"holds": b"json texts, numbers, true and false"}
MIXED_NUMBERS = {b"holds": b"whole and other numbers"}
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


def cell_of(value: object, field: pa.Field) -> object:
    """The value in the column type that `schema_of` chose for it and the others."""
    if value is not None and is_json(field):
        return json.dumps(value)
    if field.type == pa.string():
        return storable(value) if isinstance(value, str) else None
    if field.type == pa.float64():
        return float(value) if isinstance(value, int | float) else None
    return value


def is_json(field: pa.Field) -> bool:
    """Whether the cells of the column are JSON."""
    return field.metadata in (JSON_TEXT, JSON_SCALARS)


def unquoted(cell: str | None) -> str | None:
    """A cell of JSON where cells have no types: texts without quotes, other values as they are."""
    if cell is None or not cell.startswith('"'):
        return cell
    return storable(json.loads(cell))


def whole_number(value: float | None) -> float | None:
    """A value of MIXED_NUMBERS as it was: an id of 7 must not become 7.0."""
    return int(value) if value is not None and value.is_integer() else value


def number_text(value: float | None) -> str | None:
    """A value of MIXED_NUMBERS as text."""
    return None if value is None else str(whole_number(value))


def plain_field(field: pa.Field) -> pa.Field:
    """The column with each cell as the text of its value, where none is a list or an object: an id
    is the same whether it stands among others of its kind or not."""
    return field.remove_metadata() if field.metadata == JSON_SCALARS else field


def plain_column(column: pa.Array, field: pa.Field) -> pa.Array:
    """A column of `field` as one of `plain_field`."""
    if field.metadata != JSON_SCALARS:
        return column
    return pa.array(map(unquoted, column.to_pylist()), pa.string())


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "bool"
        case int():
            return "int" if abs(value) <= 2**53 else "long" if abs(value) < 2**63 else "longer"
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
    return pa.field(name, pa.string(), metadata=JSON_TEXT if "json" in kinds else JSON_SCALARS)


def storable(text: str | None) -> str | None:
    """Lone surrogates become question marks: Arrow stores valid UTF-8 only."""
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")
