"""Cells of any Arrow column as values that CSV and JSON can hold. Never raises."""

import json
import math
from typing import Any

import pyarrow as pa
from pyarrow import types

# Keeps bytes that are not UTF-8, written as \xff.
_ESCAPED = "backslashreplace"
_TICKS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_UNREADABLE = (ValueError, OverflowError, TypeError, ArithmeticError, pa.ArrowException)


def plain_values(column: pa.Array) -> list[object]:
    """The cells as Python values, or as text if Python has no value for them."""
    if not (types.is_nested(column.type) or types.is_dictionary(column.type) or _is_odd(column)):
        try:
            return list(column.to_pylist())
        except _UNREADABLE:
            pass  # one cell is the cause; convert each alone
    return [_plain_value(cell) for cell in column]


def _is_odd(column: pa.Array) -> bool:
    """Bytes, times of a day, and nanoseconds, of which `to_pylist` would cut off, wrap or lose
    some."""
    kind, tests = column.type, (types.is_binary, types.is_large_binary, types.is_binary_view)
    is_fine = types.is_time(kind) or getattr(kind, "unit", "") == "ns"
    return is_fine or types.is_fixed_size_binary(kind) or any(test(kind) for test in tests)


def _plain_value(cell: Any) -> object:
    if not cell.is_valid:
        return None
    value: object
    match cell:
        case pa.UuidScalar():
            value = str(cell.as_py())
        case pa.DictionaryScalar() | pa.ExtensionScalar() | pa.RunEndEncodedScalar():
            value = _plain_value(cell.value)
        case pa.MapScalar():
            value = [[_plain_value(entry[0]), _plain_value(entry[1])] for entry in cell.values]
        case pa.ListScalar():  # all list types
            value = [_plain_value(each) for each in cell.values]
        case pa.StructScalar():
            value = _object([(f.name, _plain_value(cell[at])) for at, f in enumerate(cell.type)])
        case _ if hasattr(cell, "as_buffer"):  # all text and binary types
            value = bytes(cell.as_buffer()).decode("utf-8", _ESCAPED)
        case pa.Time32Scalar() | pa.Time64Scalar() if not _is_of_a_day(cell):
            value = _as_number(cell)
        case pa.Time64Scalar() if cell.type.unit == "ns":
            value = _as_text(cell)
        case pa.TimestampScalar() | pa.DurationScalar() if _is_pandas_nothing(cell):
            value = _as_number(cell)
        case _:
            value = _python_value(cell)
    return value


def _object(pairs: list[tuple[str, object]]) -> object:
    """As an object; as a list of pairs where two fields have one name."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else [list(pair) for pair in pairs]


def _python_value(cell: Any) -> object:
    try:
        value: object = cell.as_py()
    except _UNREADABLE:
        return _as_text(cell)
    return value


def _as_text(cell: Any) -> str:
    """A time outside Python's range or in an unknown zone, as Arrow writes it, else its number."""
    if types.is_timestamp(cell.type) and cell.type.tz is not None:
        return f"{_as_text(cell.cast(pa.timestamp(cell.type.unit)))} UTC"
    try:
        text = "" if types.is_duration(cell.type) else str(cell.cast(pa.string()).as_py())
    except _UNREADABLE:
        text = ""
    if text and "out of range" not in text:
        return text
    return _as_number(cell)


def _as_number(cell: Any) -> str:
    unit = getattr(cell.type, "unit", "")
    return f"{cell.value} {unit}".strip()


def _is_of_a_day(cell: Any) -> bool:
    return bool(0 <= cell.value < 86_400 * _TICKS[cell.type.unit])


def _is_pandas_nothing(cell: Any) -> bool:
    """Whether the number is the one by which pandas marks that there is no time."""
    return bool(cell.type.unit == "ns" and cell.value == -(2**63))


def json_text(value: object) -> str:
    """Strict JSON: NaN and infinity become null at any depth."""
    return json.dumps(_finite(value), ensure_ascii=False, allow_nan=False, default=str)


def _finite(value: object) -> object:
    match value:
        case float() if not math.isfinite(value):
            return None
        case dict():
            return {str(key): _finite(each) for key, each in value.items()}
        case list() | tuple():
            return [_finite(each) for each in value]
    return value
