"""What a line of another server's log tells of a call, and what a log format is. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.inference.base import ErrorKind

FIRST_FAILURE = 300
_KINDS = {
    **dict.fromkeys((401, 403, 407), ErrorKind.AUTH),
    402: ErrorKind.QUOTA,
    **dict.fromkeys((404, 410), ErrorKind.NOT_FOUND),
    **dict.fromkeys((408, 499, 504), ErrorKind.TIMEOUT),
    413: ErrorKind.TOO_LARGE,
    429: ErrorKind.RATE_LIMITED,
}


class UnusableLine(ValueError):
    """Why a line that tells of a call can't be used. There are few messages, because they are
    counted; none quotes the line."""


@dataclass(frozen=True, slots=True)
class FoundCall:
    """One call as the log tells it; None is what it does not tell.

    `at` has no zone if the log's times have none; with `is_end` it is when the answer was sent.
    `own_id` names the call, also in other lines; without it the line is its name. `what` is the
    request without its query (`POST /predict`), `path` the part of it that `--path`
    compares.
    """

    at: datetime | None
    total_ms: float | None
    is_end: bool = True
    error_kind: str | None = None
    what: str = ""
    path: str = ""
    queue_ms: float | None = None
    tokenize_ms: float | None = None
    compute_ms: float | None = None
    network_ms: float | None = None
    tokens: int | None = None
    batch_size: int = 1
    chars: int = 0
    request_id: str | None = None
    trace_id: str | None = None
    model_version: str | None = None
    backend: str | None = None
    own_id: str | None = None


@dataclass(frozen=True, slots=True)
class LogFormat:
    """One format. `name` is stored and the value of `--format`.

    `parse` takes a line (of a table: a row, by column) and gives the calls of it, none for a line
    about something else. It raises UnusableLine; where a line has several calls, it gives that in
    place of one. `unit` says in words where the unit comes from; `is_sure_of_unit` is whether the
    format itself says it.
    """

    name: str
    title: str
    parse: Callable[[Any], Sequence[FoundCall | UnusableLine]]
    unit: str
    is_sure_of_unit: bool = True
    has_latency: bool = True


def kind_of_status(status: int) -> str | None:
    """The error kind of an HTTP status; None for an answer."""
    if status < FIRST_FAILURE:
        return None
    if status < 400:
        return ErrorKind.REDIRECT
    return _KINDS.get(status, ErrorKind.BAD_INPUT if status < 500 else ErrorKind.BACKEND)


def without_query(target: str) -> str:
    """A request's path without query and fragment, which may hold keys."""
    return target.partition("?")[0].partition("#")[0][:200]
