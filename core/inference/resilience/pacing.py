"""A client-side rate limit: spaces calls so that the backend's own limit is never reached."""

from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True)
class Pace:
    """`free_at` is when the next call would be due if calls were evenly spaced (seconds,
    monotonic)."""

    free_at: float = 0.0


def book(
    pace: Pace, now: float, *, per_minute: float, burst: int, longest_s: float
) -> tuple[float | None, Pace]:
    """Seconds to wait before a call, and the state with this call booked.

    After a rest, `burst` calls may be made at once. None, and nothing booked, if the wait would be
    longer than `longest_s`.
    """
    apart_s = 60.0 / per_minute
    due = max(pace.free_at, now)
    wait_s = max(0.0, due - now - (burst - 1) * apart_s)
    if wait_s > longest_s:
        return None, pace
    return wait_s, Pace(due + apart_s)


class Pacer:
    """One pace shared by threads; without `per_minute` there is no wait."""

    def __init__(self, per_minute: float | None, burst: int) -> None:
        self._per_minute = per_minute
        self._burst = burst
        self._pace = Pace()
        self._lock = Lock()

    def wait_s(self, now: float, longest_s: float) -> float | None:
        """Books a call and returns the seconds to wait before it; None if that would be longer than
        `longest_s`."""
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
