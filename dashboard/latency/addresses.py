"""Times and calls in the address of the latency page."""

from dataclasses import dataclass
from datetime import UTC, datetime

from core.servinglog.windows import Window

_APART = "/"


@dataclass(frozen=True, slots=True)
class CallPlace:
    """Which call, and when it started: that is where its row is looked for."""

    call_id: str
    at: datetime

    @property
    def address(self) -> str:
        """As in the page's address."""
        return f"{written(self.at)}{_APART}{self.call_id}"


def written(at: datetime) -> str:
    """A time in an address: ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_window(address: str) -> Window | None:
    """Two times of an address, `FROM/TO`; None if it says anything else."""
    since, apart, until = address.partition(_APART)
    first, last = _read(since), _read(until)
    if not apart or first is None or last is None or first >= last:
        return None
    return Window(first, last)


def read_place(address: str) -> CallPlace | None:
    """A call of an address, `TIME/ID`; None if it says anything else."""
    time, apart, call_id = address.partition(_APART)
    at = _read(time)
    if not apart or at is None or not call_id or not call_id.isprintable():
        return None
    return CallPlace(call_id, at)


def window_address(window: Window) -> str:
    """What `read_window` reads."""
    return f"{written(window.since)}{_APART}{written(window.until)}"


def _read(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        # A time near the ends of the calendar has no neighbours to look at.
        return at.astimezone(UTC) if at.tzinfo and 1970 <= at.year < 9000 else None
    except (ValueError, OverflowError):
        return None
