"""One value of a raw row, checked. Messages name the field and what it is, never the value."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from core.errors import InvalidInput

_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"),  # before int: True is one
    ((int, float), "a number"),
    (str, "text"),
    (Mapping, "an object"),
    ((list, tuple), "a list"),
)
_FLAGS = {"": False} | dict.fromkeys(("false", "f", "no", "n", "0"), False)
_FLAGS |= dict.fromkeys(("true", "t", "yes", "y", "1"), True)
_UNIX_SECONDS_DIGITS = 9  # fewer digits in text may be a date written as 20260131


def kind_of(value: object) -> str:
    """What a JSON value is, in words for a message."""
    for kinds, words in _KINDS:
        if isinstance(value, kinds):
            return words
    return "null" if value is None else "another kind of value"


def parse_json(text: str | bytes) -> object:
    """Strict JSON: NaN, too deep nesting, too long numbers and wrong encodings are refused too."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise InvalidInput("not UTF-8") from None
    except (ValueError, RecursionError):
        # The reason json gives quotes no text, but its columns mean nothing without the text.
        raise InvalidInput("not valid JSON") from None


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


def text_field(row: Mapping[str, object], name: str) -> str | None:
    value = row.get(name)
    if value is None or isinstance(value, str):
        return value
    raise InvalidInput(f"`{name}` is {kind_of(value)}, not text")


def id_field(row: Mapping[str, object], name: str, *, is_number: bool) -> str | None:
    """An id as text. `is_number` for sources whose ids count up, given as 12 or "12"."""
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise InvalidInput(f"`{name}` is {kind_of(value)}, not an id")
    if not is_number:
        return str(value)
    try:
        number = int(value)
    except ValueError:
        number = 0
    if not 0 < number < 2**63:
        raise InvalidInput(f"`{name}` is not a whole number above 0")
    return str(number)


def flag_field(row: Mapping[str, object], name: str) -> bool:
    """True or false; absent is false. A table says it in words or as 1 and 0."""
    value = row.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    if isinstance(value, str | int) and str(value).strip().lower() in _FLAGS:
        return _FLAGS[str(value).strip().lower()]
    raise InvalidInput(f"`{name}` is {kind_of(value)}, not true or false")


def time_field(row: Mapping[str, object], name: str) -> datetime | None:
    """A time in UTC, from Unix seconds or ISO 8601. Text without a time zone is refused."""
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise InvalidInput(f"`{name}` is {kind_of(value)}, not a time")
    try:
        if isinstance(value, str) and not _is_unix_seconds(value):
            moment = datetime.fromisoformat(value.strip())
        else:
            moment = datetime.fromtimestamp(float(value), UTC)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidInput(
            f"`{name}` is no time; write 2026-01-31T12:00:00Z or Unix seconds"
        ) from None
    raise InvalidInput(f"`{name}` has no time zone; write 2026-01-31T12:00:00Z")


def _is_unix_seconds(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) >= _UNIX_SECONDS_DIGITS
