"""Times as other servers write them. Pure."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import InvalidInput
from core.servinglog.importing.calls import UnusableLine

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""What is dated before was written by a machine whose clock was not set."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# By magnitude, which is certain for the years 2001 to 2286.
_PER_SECOND = ((1e9, 1e10, 1), (1e12, 1e13, 10**3), (1e15, 1e16, 10**6), (1e18, 1e19, 10**9))
_DIGITS = re.compile(r"[0-9]{10,19}(?:\.[0-9]{1,9})?")
_COMMON = re.compile(
    r"([0-9]{2})/([A-Z][a-z]{2})/([0-9]{4}):([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-][0-9]{4})"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def parse_time(given: object) -> datetime:
    """Of an ISO 8601 time, the time of a common access log, seconds (or ms, µs, ns) since 1970, or
    a datetime. Without a zone if the value has none. Raises UnusableLine."""
    if isinstance(given, datetime):
        return given
    if isinstance(given, str):
        text = given.strip()
        if _DIGITS.fullmatch(text):
            return _since_1970(float(text) if "." in text else int(text))
        return _written(text)
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        return _since_1970(given)
    raise UnusableLine("there is no time")


def zone_of(name: str) -> tzinfo:
    """Raises InvalidInput."""
    try:
        return UTC if name.upper() == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(f"{name!r} is no time zone: write one like Europe/Berlin") from None


def in_utc(moment: datetime, zone: tzinfo) -> datetime:
    """The time in UTC; `zone` is that of a time without one. Raises UnusableLine, also for a time
    that the zone's clock shows twice or never, because daylight saving begins or ends."""
    try:
        if moment.tzinfo is None and zone is UTC:
            moment = moment.replace(tzinfo=UTC)
        elif moment.tzinfo is None:
            early = moment.replace(tzinfo=zone, fold=0)
            late = moment.replace(tzinfo=zone, fold=1)
            if early.utcoffset() != late.utcoffset():
                is_twice = early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == moment
                times = "twice" if is_twice else "never"
                raise UnusableLine(f"clocks show that time {times}: daylight saving changes")
            moment = early
        found = moment.astimezone(UTC)
    except OverflowError:
        raise UnusableLine("that is not a time") from None
    if found < EARLIEST:
        raise UnusableLine("the time is before 2000: the clock was not set")
    return found


def _since_1970(value: float) -> datetime:
    for least, beyond, per_second in _PER_SECOND:
        if least <= value < beyond:
            if isinstance(value, int):
                return EPOCH + timedelta(microseconds=value * 1_000_000 // per_second)
            return EPOCH + timedelta(seconds=value / per_second)
    raise UnusableLine("that is not a time")


def _written(text: str) -> datetime:
    common = _COMMON.fullmatch(text)
    try:
        if common is not None and common[2] in _MONTHS:
            month = _MONTHS.index(common[2]) + 1
            clock = f"{common[4]}:{common[5]}:{common[6]}{common[7]}"
            return datetime.fromisoformat(f"{common[3]}-{month:02}-{common[1]}T{clock}")
        if len(text) <= len("2026-11-01"):
            raise ValueError
        return datetime.fromisoformat(f"{text[:-1]}Z" if text.endswith("z") else text)
    except ValueError:
        raise UnusableLine("that is not a time" if text else "there is no time") from None
