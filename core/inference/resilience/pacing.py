"""A client-side rate limit: calls spaced so that a backend's own limit is never met."""

from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True)
class Pace:
    """`free_at` is when the next call would be due if they came evenly (seconds, monotonic)."""

    free_at: float = 0.0


def book(
    pace: Pace, now: float, *, per_minute: float, burst: int, longest_s: float
) -> tuple[float | None, Pace]:
    """Seconds to wait before a call, and the state with it booked.

    `burst` calls may come at once after a rest. None, and nothing booked, when the wait would be
    longer than `longest_s`.
    """
    apart_s = 60.0 / per_minute
    due = max(pace.free_at, now)
    wait_s = max(0.0, due - now - (burst - 1) * apart_s)
    if wait_s > longest_s:
        return None, pace
    return wait_s, Pace(due + apart_s)


class Pacer:
    """One pace shared by threads; `per_minute` of None never makes anybody wait."""

    def __init__(self, per_minute: float | None, burst: int) -> None:
        self._per_minute = per_minute
        self._burst = burst
        self._pace = Pace()
        self._lock = Lock()

    def wait_s(self, now: float, longest_s: float) -> float | None:
        """Seconds to wait before the call that this books; None when it can't be had in time."""
        if self._per_minute is None:
            return 0.0
        with self._lock:
            wait_s, self._pace = book(
                self._pace,
                now,
                per_minute=self._per_minute,
                burst=self._burst,
                longest_s=longest_s,
            )
            return wait_s
