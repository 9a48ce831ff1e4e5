"""How the last writes went: what failed of the disk, and when one succeeded."""

import math
import sqlite3
from collections.abc import Callable

# The disk or the file, not the statement and not another writer.
_LASTING = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_READONLY,
    }
)
REMEMBERED_S = 10.0
"""Nobody may be sent here while the store counts as unusable, so no write would clear it."""


class WriteOutcomes:
    """Threads may share it."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._seen: tuple[float, str] | None = None
        self._succeeded_at = -math.inf

    def note_failure(self, error: BaseException | None) -> None:
        """A statement failed with it."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _LASTING:
            self._seen = self._now(), str(error)

    def note_success(self) -> None:
        """A write reached the disk."""
        self._seen = None
        self._succeeded_at = self._now()

    def has_succeeded_within(self, seconds: float) -> bool:
        """Whether a write reached the disk so lately."""
        return self._now() - self._succeeded_at < seconds

    def lasting_failure(self) -> str | None:
        """What failed of late, with no success since, where the next write would fail as well."""
        seen = self._seen
        return seen[1] if seen and self._now() - seen[0] < REMEMBERED_S else None
