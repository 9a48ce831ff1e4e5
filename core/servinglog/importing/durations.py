"""Durations as other servers write them, in milliseconds. Pure."""

import math
import re
from enum import StrEnum

from core.servinglog.importing.calls import UnusableLine
from core.servinglog.record import MAX_MS


class DurationUnit(StrEnum):
    """The unit of a duration. The values are those of `--unit`, and are stored."""

    NS = "ns"
    US = "us"
    MS = "ms"
    S = "s"


NAMES: dict[str, DurationUnit] = {
    **dict.fromkeys(("ns", "nano", "nanos", "nanosecond", "nanoseconds"), DurationUnit.NS),
    **dict.fromkeys(("us", "µs", "μs", "usec", "micro", "micros"), DurationUnit.US),
    **dict.fromkeys(("microsecond", "microseconds"), DurationUnit.US),
    **dict.fromkeys(
        ("ms", "msec", "milli", "millis", "millisecond", "milliseconds"), DurationUnit.MS
    ),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), DurationUnit.S),
}
"""In lower case, as they end names of columns and metrics or follow a number."""
MS_IN = {DurationUnit.NS: 1e-6, DurationUnit.US: 1e-3, DurationUnit.MS: 1.0, DurationUnit.S: 1e3}
_WITH_UNIT = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)\s*(ns|us|µs|μs|ms|s)")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


def to_ms(value: float, unit: DurationUnit) -> float:
    """Milliseconds. Raises UnusableLine for a duration that no call has."""
    if not math.isfinite(value):
        raise UnusableLine("the duration is not a finite number")
    if value < 0:
        raise UnusableLine("the duration is below 0")
    ms = value * MS_IN[unit]
    if ms > MAX_MS:
        raise UnusableLine("the duration is longer than a day")
    return round(ms, 6)  # a ns: 312.1 µs are 0.3121 ms and not 0.31210000000000004


def duration_ms(text: str) -> float:
    """Of a duration with its unit: `4.9ms`, `312.1µs`, `1.2s`, `12 ms`. Raises UnusableLine."""
    found = _WITH_UNIT.fullmatch(text.strip())
    if found is None:
        raise UnusableLine("the duration is not a number with a unit")
    return to_ms(float(found[1]), NAMES[found[2]])


def has_unit(given: object) -> bool:
    """Whether the value is a duration that names its unit."""
    return isinstance(given, str) and _WITH_UNIT.fullmatch(given.strip()) is not None


def plain_number(given: object) -> float:
    """Of a value of a table. Raises UnusableLine."""
    if isinstance(given, str):
        text = given.strip()
        if _NUMBER.fullmatch(text):
            return float(text)
        if text.lower().lstrip("+-") in ("nan", "inf", "infinity"):
            raise UnusableLine("the duration is not a finite number")
    elif isinstance(given, (int, float)) and not isinstance(given, bool):
        try:
            return float(given)
        except OverflowError:
            pass
    raise UnusableLine("the duration is not a number")


def value_ms(given: object, unit: DurationUnit | None) -> float:
    """Of a value of a table; a unit in the value itself counts before `unit`. Raises
    UnusableLine."""
    if isinstance(given, str) and has_unit(given):
        return duration_ms(given)
    if unit is None:
        raise UnusableLine("the duration has no unit")
    return to_ms(plain_number(given), unit)
