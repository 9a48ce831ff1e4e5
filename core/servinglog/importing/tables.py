"""CSV, JSON lines and Parquet with any columns: what they hold, by names and values. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from core.errors import InvalidInput
from core.servinglog.importing.calls import LogFormat, UnusableLine
from core.servinglog.importing.column_names import DURATIONS, unit_of_name, unread_columns
from core.servinglog.importing.columns import (
    DELIMITERS,
    ColumnMap,
    csv_cells,
    guess_columns,
    read_csv,
    read_json,
    signature,
    table_format,
)
from core.servinglog.importing.durations import DurationUnit, has_unit, plain_number
from core.servinglog.importing.reading import Entry
from core.servinglog.importing.unit_hint import unit_hint
from core.servinglog.importing.verdict import UnitSource

Remembered = Callable[[str], ColumnMap | None]
_LEAST_COLUMNS = 2
_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Understood:
    """How a table is read."""

    format: LogFormat
    evidence: str
    source: UnitSource
    mapped: ColumnMap
    signature: str


@dataclass(frozen=True, slots=True)
class _Shape:
    title: str
    names: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]
    read: Callable[[Any], dict[str, Any]]


def looks_like_one(texts: Sequence[str]) -> bool:
    """Whether these lines are JSON objects, or CSV with a header."""
    if not texts:
        return False
    return texts[0].startswith("{") or _delimiter(texts[0]) is not None


def understand(
    sample: Sequence[Entry],
    given: Mapping[str, str],
    unit: DurationUnit | None,
    remembered: Remembered,
) -> Understood:
    """Raises InvalidInput when it is not sure."""
    shape = _shape(sample)
    mark = signature(shape.names)
    earlier = remembered(mark)
    known = earlier if earlier is not None and not given else None
    columns = dict(known.columns) if known else guess_columns(shape.names, given)
    units: dict[str, DurationUnit | None] = {}
    for what in (one for one in DURATIONS if columns.get(one)):
        name = columns[what]
        values = [row[name] for row in shape.rows if row.get(name) not in (None, "")]
        units[what] = unit or (known.units.get(what) if known else None) or unit_of_name(name)
        if units[what] is None and not (values and all(map(has_unit, values))):
            raise InvalidInput(f"not sure of the unit of column {name!r}. {_hint(values)}")
    mapped = ColumnMap(columns, units)
    total = columns.get("total") or None
    source = UnitSource(
        units.get("total"),
        is_given=unit is not None,
        named=total is not None and unit_of_name(total) is units.get("total"),
    )
    evidence = _evidence(columns, shape.names, is_known=known is not None)
    return Understood(table_format(mapped, shape.title, shape.read), evidence, source, mapped, mark)


def _evidence(columns: Mapping[str, str], names: Sequence[str], *, is_known: bool) -> str:
    pairs = ", ".join(f"{what}={name}" for what, name in columns.items())
    unread = unread_columns(names, columns)
    shown = ", ".join(name[:40] for name in unread[:_MOST_SHOWN])
    more = f" and {len(unread) - _MOST_SHOWN} more" if len(unread) > _MOST_SHOWN else ""
    return (
        f"{'columns as remembered' if is_known else 'columns by their names'}: {pairs}"
        f"{f'; not read: {shown}{more}' if unread else ''}"
    )


def _shape(sample: Sequence[Entry]) -> _Shape:
    contents = [one.content for one in sample if one.content]
    if not contents:
        raise InvalidInput("it has no rows")
    first = contents[0]
    if isinstance(first, dict):
        rows = tuple(one for one in contents if isinstance(one, dict))
        return _Shape("Parquet", tuple(first), rows, _same)
    texts = [one for one in contents if isinstance(one, str)]
    if texts[0].startswith("{"):
        return _json_shape(texts)
    delimiter = _delimiter(texts[0])
    if delimiter is None:
        raise InvalidInput("it is no table: its first line is no header of CSV and no JSON object")
    header = csv_cells(texts[0], delimiter)
    if len(set(header)) < len(header):
        raise InvalidInput("its header names a column twice")
    read = partial(read_csv, header=tuple(header), delimiter=delimiter)
    return _Shape("CSV", tuple(header), _rows(texts[1:], read), read)


def _json_shape(texts: Sequence[str]) -> _Shape:
    rows = _rows(texts, read_json)
    if not rows:
        raise InvalidInput(
            "it begins like JSON, but no line is an object. Write one a line: `jq -c .[] FILE`"
        )
    names = dict.fromkeys(name for row in rows for name in row)
    return _Shape("JSON lines", tuple(names), rows, read_json)


def _rows(
    texts: Sequence[str], read: Callable[[str], dict[str, Any]]
) -> tuple[Mapping[str, Any], ...]:
    found = []
    for text in texts:
        try:
            found.append(read(text))
        except UnusableLine:
            continue
    return tuple(row for row in found if row)


def _delimiter(line: str) -> str | None:
    """None if the line is no header: a header has no numbers."""
    best = max(DELIMITERS, key=line.count)
    try:
        cells = csv_cells(line, best)
    except UnusableLine:
        return None
    is_header = len(cells) >= _LEAST_COLUMNS and all(cells) and not any(map(_is_number, cells))
    return best if is_header else None


def _is_number(cell: str) -> bool:
    try:
        plain_number(cell)
    except UnusableLine:
        return False
    return True


def _hint(values: Sequence[object]) -> str:
    return unit_hint([plain_number(one) for one in values if _is_number(str(one))])


def _same(row: dict[str, Any]) -> dict[str, Any]:
    return row
