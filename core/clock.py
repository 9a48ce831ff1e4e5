"""Where time comes from: the only module that asks the system for the time of day."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` gives an aware UTC time; `monotonic` seconds for durations only."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float]


def system_clock() -> Clock:
    """The clock of this machine."""
    return Clock(now=lambda: datetime.now(UTC), monotonic=time.perf_counter)
