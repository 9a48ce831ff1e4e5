"""The outcomes of the last writes: the last disk error, and when a write succeeded."""

import math
from collections.abc import Callable

REMEMBERED_S = 10.0
"""A failure is forgotten after this time: while the store reports itself unusable no requests may
arrive, so no successful write would clear it."""


class WriteOutcomes:
    """The last failure and the last success. Threads may share it."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._seen: tuple[float, str] | None = None
        self._succeeded_at = -math.inf
        self._away_at = -math.inf

    def note_failure(self, reason: str) -> None:
        """A write failed for a reason that the next one would meet too."""
        self._seen = self._now(), reason

    def note_away(self) -> None:
        """The database did not answer although it was asked several times."""
        self._away_at = self._now()

    def is_away(self) -> bool:
        """Whether that was a moment ago, so that it is not worth waiting for it again."""
        return self._now() - self._away_at < REMEMBERED_S

    def note_success(self) -> None:
        """A write reached the disk."""
        self._seen = None
        self._away_at = -math.inf
        self._succeeded_at = self._now()

    def has_succeeded_within(self, seconds: float) -> bool:
        """Whether a write reached the disk within the last `seconds`."""
        return self._now() - self._succeeded_at < seconds

    def lasting_failure(self) -> str | None:
        """The last disk error, if it is recent and no write has succeeded since; else None."""
        seen = self._seen
        return seen[1] if seen and self._now() - seen[0] < REMEMBERED_S else None
