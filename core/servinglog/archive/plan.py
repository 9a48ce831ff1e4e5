"""Which part of a window is answered from the sums of hours, from those of minutes, and from
rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from core.servinglog.windows import Window, whole

BOUND = 0.02
"""A percentile from sums is at most this share away from the time of the call at that rank."""
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SumPlan:
    """Windows that together are the planned one, and don't overlap."""

    hours: Window
    minutes: tuple[Window, ...]
    rows: tuple[Window, ...]


def plan_sums(window: Window, *, by_hour: bool) -> SumPlan:
    """Whole hours, if they may be used, then whole minutes, then the rest."""
    minutes = whole(window, MINUTE)
    hours = whole(window, HOUR)
    if not by_hour or hours.since >= hours.until:
        hours = Window(minutes.until, minutes.until)
    return SumPlan(
        hours,
        tuple(_some(Window(minutes.since, hours.since), Window(hours.until, minutes.until))),
        tuple(_some(Window(window.since, minutes.since), Window(minutes.until, window.until))),
    )


def _some(*windows: Window) -> Iterable[Window]:
    return (one for one in windows if one.since < one.until)
