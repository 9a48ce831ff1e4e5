"""The state of a backend in words, for every page that shows one."""

from datetime import datetime, timedelta
from typing import Literal

from core.inference.base import ErrorKind
from core.services.backends import BackendState, BackendStatus
from dashboard.problems import told
from dashboard.staff_texts import say
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
    words = say(f"common.backend_state.{status.state.name.lower()}")
    if why := reason(status):
        words = say("common.backend_state.with_reason", state=words, why=why)
    if status.known_at:
        ago = seconds_ago(status.known_at, now)
        words = say("common.backend_state.with_time", state=words, ago=ago)
    return words


def reason(status: BackendStatus) -> str:
    """Why the backend does not answer; empty if it does."""
    if status.problem is not None:
        return told(status.problem)
    if status.error_kind is None:
        return ""
    # The log holds only the kind of an error; its message appears in a check.
    words = FAILURES[status.error_kind]
    if status.error_kind in _TOLD_BY_A_CHECK:
        return say("common.backend_state.check_it", why=words)
    return words


def seconds_ago(moment: datetime, now: datetime) -> str:
    """As `ago`, but in seconds within the last minute: in an outage seconds matter."""
    apart = now - moment
    if apart >= _FRESH:
        return ago(moment, now)
    return say("common.ago.seconds", count=str(max(0, int(apart.total_seconds()))))
