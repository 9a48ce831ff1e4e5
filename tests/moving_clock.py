"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

from core.clock import Clock, system_clock

START = datetime(2026, 11, 1, 12, 0, 0, tzinfo=UTC)


class MovingClock:
    """`clock` is the one to give to services."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now
        self.clock = Clock(now=lambda: self.now, monotonic=system_clock().monotonic)

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
