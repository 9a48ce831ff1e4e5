"""The state of a backend in words, for every page that shows one. Pure."""

from datetime import datetime, timedelta
from typing import Literal

from core.inference.base import ErrorKind
from core.services.backends import BackendState, BackendStatus
from dashboard.wording import FAILURES, ago

Color = Literal["red", "orange", "green", "blue", "gray"]
STATE_COLORS: dict[BackendState, Color] = {
    BackendState.REFUSED: "red",
    BackendState.NOT_INSTALLED: "gray",
    BackendState.COOLS_DOWN: "orange",
    BackendState.FAILS: "red",
    BackendState.NOT_ASKED: "gray",
    BackendState.ANSWERS: "green",
}
_TOLD_BY_A_CHECK = (ErrorKind.MODEL, ErrorKind.CONFIGURATION)
_FRESH = timedelta(seconds=60)


def trouble(status: BackendStatus, now: datetime) -> str:
    """`does not answer: the model could not be reached (12 s ago)`, to follow a name."""
    verb = {
        BackendState.REFUSED: "can't be used",
        BackendState.NOT_INSTALLED: "is not installed",
        BackendState.COOLS_DOWN: "cools down",
        BackendState.FAILS: "does not answer",
    }.get(status.state, status.state.value)
    why = reason(status)
    when = f" ({seconds_ago(status.known_at, now)})" if status.known_at else ""
    return f"{verb}: {why}{when}" if why else f"{verb}{when}"


def reason(status: BackendStatus) -> str:
    """Why the backend does not answer; empty if it does."""
    if status.problem is not None:
        return status.problem
    if status.error_kind is None:
        return ""
    # The log holds only the kind of an error; its message appears in a check.
    more = "; check it to read why" if status.error_kind in _TOLD_BY_A_CHECK else ""
    return FAILURES[status.error_kind] + more


def seconds_ago(moment: datetime, now: datetime) -> str:
    """As `ago`, but in seconds within the last minute: in an outage seconds matter."""
    apart = now - moment
    return f"{max(0, int(apart.total_seconds()))} s ago" if apart < _FRESH else ago(moment, now)
