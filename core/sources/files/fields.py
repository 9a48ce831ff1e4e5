"""Checks one value of a raw row. Messages name the field and the kind of value, never the value."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from core.errors import InvalidInput
from core.sources.files.columns import bare_name
from core.strict_json import load_strict


@dataclass(frozen=True, slots=True)
class UnreadableValue:
    """A value of a table that can't be represented; `words` describe it."""

    words: str


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"),  # before int: True is one
    ((int, float, Decimal), "a number"),
    (str, "text"),
    (bytes, "bytes that are not UTF-8"),
    (Mapping, "an object"),
    ((list, tuple), "a list"),
)
_MISSING = frozenset(
    (
        *("", "nan", "-nan", "nat", "null", "(null)", "none", "<na>", "n/a", "#n/a", "#n/a n/a"),
        *("#na", "#null!", "nil", "undefined", "\\n"),
    )
)
_MISSING_IN_CAPITALS = frozenset(("NA",))
_WHOLE_WITH_POINT = re.compile(r"(-?[0-9]+)\.0*")
# Without a point or a plus sign, `1e5` may be an id of letters and digits.
_SCIENTIFIC = re.compile(r"-?[0-9](?:[.,][0-9]+[eE][+-]?[0-9]+|[eE]\+[0-9]+)")
_EXACT_FLOAT = 2.0**53  # from here on a float no longer tells neighbouring whole numbers apart
# At least 9 digits: fewer may be a date written as 20260131.
_UNIX_TEXT = re.compile(r"[0-9]{9,20}(?:\.[0-9]*)?", re.ASCII)
# Within this range a number has only one meaning, as seconds, milli-, micro- or nanoseconds.
FIRST_UNIX_SECONDS, LAST_UNIX_SECONDS = 100_000_000, 7_258_118_400
# Smaller units count from 1992 on: as nanoseconds, today's Windows file times would be in 1974 and
# .NET ticks in 1990; as milliseconds, 260131120000 (a date) would be in 1978.
FIRST_OF_SMALLER_UNITS = 694_224_000
# How far a number may lie in the future. One that lies further counts from another day than 1970.
MOST_AHEAD = timedelta(days=1)
_FLAGS = dict.fromkeys(("", "false", "f", "no", "n", "0", "0.0"), False)
_FLAGS |= dict.fromkeys(("true", "t", "yes", "y", "1", "1.0"), True)
_ZULU = re.compile(r" ?(?:z|UTC|GMT)$")  # fromisoformat knows only Z
_WRITE_TIMES = "write 2026-01-31T12:00:00Z or Unix seconds"


def kind_of(value: object) -> str:
    """The kind of a JSON value, in words for a message."""
    if isinstance(value, UnreadableValue):
        return value.words
    for kinds, words in _KINDS:
        if isinstance(value, kinds):
            return words
    return "null" if value is None else "another kind of value"


def parse_json(text: str | bytes) -> object:
    """Strict JSON: also refuses NaN, a key that appears twice in an object, too deep nesting, too
    long numbers and wrong encodings."""
    try:
        return load_strict(text)
    except UnicodeDecodeError:
        raise InvalidInput("not UTF-8") from None
    except (ValueError, RecursionError):
        # json's reason quotes no text, but its column numbers are useless without the text.
        raise InvalidInput("not valid JSON") from None


def value_in(value: object, keys: Sequence[str] = ()) -> object:
    """The value of an object that stands for one value: MongoDB's `{"$date": ...}`, or the first of
    `keys` (written as in `columns`) that the object has. Anything else is returned as it is."""
    while isinstance(value, Mapping):
        inner = {bare_name(str(key)): each for key, each in value.items() if each is not None}
        if len(value) == 1 and next(iter(inner), "").startswith("$"):
            value = next(iter(inner.values()))
            continue
        key = next((key for key in keys if key in inner), None)
        if key is None:
            return value
        value = inner[key]
    return value


def text_field(row: Mapping[str, object], name: str, *, inside: Sequence[str] = ()) -> str | None:
    """Text, also inside an object: under the first of the keys `inside` that it has."""
    value = value_in(row.get(name), inside)
    if value is None or isinstance(value, str):
        return value
    raise InvalidInput(f"`{name}` is {kind_of(value)}, not text")


def id_field(row: Mapping[str, object], name: str, *, is_number: bool) -> str | None:
    """An id as text, with its digits unchanged; None if the table marks it as missing.

    Tables that once held an empty cell give ids as 101.0. `is_number` is for sources with numeric
    ids, given as 12 or "12".
    """
    value = value_in(row.get(name), ("id",))
    if isinstance(value, str):
        found = _id_of_text(value, name)
    else:
        found = None if value is None else _id_of_number(value, name)
    if found is None or not is_number:
        return found
    if not (found.isascii() and found.isdecimal() and 0 < int(found[:20]) < 2**63):
        raise InvalidInput(f"`{name}` is not a whole number above 0")
    return str(int(found))


def _id_of_text(text: str, name: str) -> str | None:
    if text and is_missing(text):
        return None
    if _SCIENTIFIC.fullmatch(text.strip()):
        raise InvalidInput(
            f"`{name}` is in scientific notation, which drops digits; save that column as text"
        )
    whole = _WHOLE_WITH_POINT.fullmatch(text.strip())
    return whole.group(1) if whole else text.strip(" \u00a0")


def _id_of_number(value: object, name: str) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | UUID):
        raise InvalidInput(f"`{name}` is {kind_of(value)}, not an id")
    if isinstance(value, int | UUID):
        return str(value)
    if math.isnan(value):  # pandas writes a missing number as NaN
        return None
    if isinstance(value, float) and abs(value) >= _EXACT_FLOAT:
        raise InvalidInput(
            f"`{name}` is a number too large to be exact; give it as a whole number or as text"
        )
    if not (isinstance(value, float) or value.is_finite()) or value != int(value):
        raise InvalidInput(f"`{name}` is {kind_of(value)}, not an id: it is not whole")
    return str(int(value))


def is_missing(text: str) -> bool:
    """Whether a text cell means "no value", as pandas, R and databases write it."""
    return text.strip().casefold() in _MISSING or text.strip() in _MISSING_IN_CAPITALS


def is_dated(row: Mapping[str, object], name: str) -> bool:
    """Whether the column has a time, of whatever form; databases also write 0 for no time."""
    value = value_in(row.get(name))
    if isinstance(value, str):
        return not (
            is_missing(value) or value.strip().startswith(("0000-", "0001-")) or value == "0"
        )
    if isinstance(value, float) and math.isnan(value):
        return False
    return bool(value)


def flag_field(row: Mapping[str, object], name: str) -> bool:
    """True or false; a missing value is false. Tables write it in words or as 1 and 0."""
    value = value_in(row.get(name))
    if value is None or isinstance(value, bool):
        return bool(value)
    if isinstance(value, float) and math.isnan(value):
        return False  # pandas writes a missing flag as NaN
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(whole, str | int):
        word = str(whole).strip().lower()
        if word in _FLAGS or is_missing(word):
            return _FLAGS.get(word, False)
    raise InvalidInput(f"`{name}` is {kind_of(value)}, not true or false")


def time_field(
    row: Mapping[str, object],
    name: str,
    *,
    read_at: datetime,
    first: int = FIRST_UNIX_SECONDS,
) -> datetime | None:
    """A time in UTC, from ISO 8601 or a Unix time in seconds, milli-, micro- or nanoseconds,
    distinguished by their size. Refuses text without a time zone, dates written as a number, and
    numbers that as Unix times lie after `read_at`. `first` is the smallest Unix time; 0 for sources
    that always use seconds."""
    value = value_in(row.get(name))
    if value is None or (isinstance(value, str) and value and is_missing(value)):
        return None
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise InvalidInput(f"`{name}` is {kind_of(value)}, not a time")
    try:
        if isinstance(value, str) and not _UNIX_TEXT.fullmatch(value.strip()):
            moment = datetime.fromisoformat(_ZULU.sub("Z", value.strip()))
        else:
            moment = _unix_moment(Decimal(value), name, first)
            if moment > read_at + MOST_AHEAD:
                raise InvalidInput(f"`{name}` is a Unix time in the future; {_WRITE_TIMES}")
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, ArithmeticError, OSError):
        raise InvalidInput(f"`{name}` is no time; {_WRITE_TIMES}") from None
    raise InvalidInput(f"`{name}` has no time zone; write 2026-01-31T12:00:00Z")


def _unix_moment(number: Decimal, name: str, first: int) -> datetime:
    if _is_date(number):
        raise InvalidInput(f"`{name}` is a date written as a number; {_WRITE_TIMES}")
    if first <= number < LAST_UNIX_SECONDS:
        return datetime.fromtimestamp(float(number), UTC)
    for unit in (1_000, 1_000_000, 1_000_000_000):
        if FIRST_OF_SMALLER_UNITS <= number / unit < LAST_UNIX_SECONDS:
            return datetime.fromtimestamp(float(number / unit), UTC)
    raise InvalidInput(f"`{name}` is no time between 1973 and now; {_WRITE_TIMES}")


def _is_date(number: Decimal) -> bool:
    """20260131, 202601311200 or 20260131120000: read as Unix times they would be other days."""
    digits = str(number.to_integral_value())
    form = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}.get(len(digits))
    if form is None or not digits.startswith(("19", "20")):
        return False
    try:
        datetime.strptime(digits, form)  # only to see whether it is a date
    except ValueError:
        return False
    return True
