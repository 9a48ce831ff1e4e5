"""The times of a line of cron. All results are in UTC."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from core.errors import InvalidInput

_SPANS = tuple(timedelta(days=days) for days in (2, 40, 800, 4000))
"""How far back to look for the time before one: the 29th of February comes every four years, and
in 2096 after eight."""


def times_after(line: str, zone: ZoneInfo, moment: datetime) -> Iterator[datetime]:
    """The times of the line after the moment, as Debian's cron counts them when clocks change: a
    time that the change skips comes right after it, one that it repeats comes once, and a job of
    every hour comes in every hour. Raises InvalidInput for a wrong line, or one that never comes.
    """
    try:
        for each in CronSim(line, moment.astimezone(zone)):
            yield each.astimezone(UTC)
    except CronSimError as error:
        raise InvalidInput(f"cron = {line!r}: {error}") from None


def time_before(line: str, zone: ZoneInfo, moment: datetime) -> datetime:
    """The last time of the line before the moment. Raises InvalidInput as `times_after` does."""
    for span in _SPANS:
        last = None
        for each in times_after(line, zone, moment - span):
            if each >= moment:
                break
            last = each
        if last is not None:
            return last
    raise InvalidInput(f"cron = {line!r}: there is no such time in ten years")
