"""Rows of a Parquet file, streamed, with values in the types that the row checks expect."""

import math
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.sources.files.fields import UnreadableValue
from core.sources.files.parquet_batches import open_parquet
from core.sources.files.text_files import Row

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 1024
_TICKS_A_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_EXACT_FLOAT32 = 2**24
_INEXACT = UnreadableValue("a number too large to be exact")
_BEYOND_CALENDAR = UnreadableValue("beyond the calendar")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parquet_rows(path: Path, columns: Collection[str]) -> Iterator[Row]:
    """Rows as mappings of the named columns. A time without a time zone is read as UTC, the usual
    convention in tables."""
    return batch_rows(open_parquet(path, _ROWS, columns).batches, path.name)


def batch_rows(batches: "Iterable[pa.RecordBatch]", place: str) -> Iterator[Row]:
    """The rows of Arrow batches as mappings; `place` is where they are from, for messages."""
    number = 0
    for batch in batches:
        names = batch.schema.names
        for values in zip(*map(_values, batch.columns), strict=True):
            number += 1
            yield Row(f"{place}, row {number}", dict(zip(names, values, strict=True)))


def _values(column: "pa.Array") -> list[object]:
    from pyarrow import types

    if types.is_timestamp(column.type):
        ticks = _TICKS_A_SECOND[column.type.unit]
        return [_moment(count, ticks) for count in column.cast("int64").to_pylist()]
    if types.is_float32(column.type) or types.is_float16(column.type):
        return [_exact(value) for value in map(readable, column)]
    return readable_values(column)


def readable_values(column: "pa.Array") -> list[object]:
    """`readable` of each cell."""
    from pyarrow import types

    if types.is_string(column.type) or types.is_large_string(column.type):
        try:
            found: list[object] = column.to_pylist()  # in a tenth of the time
        except UnicodeDecodeError:
            pass
        else:
            return found
    return [readable(cell) for cell in column]


def _moment(count: int | None, ticks_a_second: int) -> object:
    if count is None:
        return None
    try:
        return _EPOCH + timedelta(microseconds=count * 1_000_000 // ticks_a_second)
    except OverflowError:
        return _BEYOND_CALENDAR


def _exact(value: object) -> object:
    is_exact = not isinstance(value, float) or abs(value) < _EXACT_FLOAT32
    return value if is_exact else _INEXACT


def readable(cell: Any) -> object:
    """One cell. Bytes that are valid UTF-8 become text, whatever the column's type."""
    try:
        value = cell.as_py()
    except UnicodeDecodeError:
        return bytes(cell.as_buffer())
    except (ValueError, OverflowError):
        return _BEYOND_CALENDAR
    match value:
        case bytes():
            return _decoded(value, cell)
        case float() if math.isnan(value):
            return None  # pandas writes a missing number as NaN
        case date() if not isinstance(value, datetime):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value


def _decoded(value: bytes, cell: Any) -> object:
    from pyarrow import types

    is_padded = types.is_fixed_size_binary(cell.type)
    try:
        return (value.rstrip(b"\0") if is_padded else value).decode()
    except UnicodeDecodeError:
        return value
