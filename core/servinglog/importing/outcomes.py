"""What the columns of a table tell of a call's outcome: answered, failed, or not to be read. Pure.

A word that is not known never counts as an answer: the line can't be used, and that is told.
"""

import math
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from core.inference.base import ErrorKind
from core.servinglog.importing.calls import UnusableLine, kind_of_status

ANSWERED = ""
_UNREADABLE = "the {} is none that is known (--map {}= leaves it out)"
_NOTHING = ("", "null", "none", "nil", "nan", "na", "nat", "undefined")
_EMPTY = re.compile(r"[\s\[\]{}()\"'<>–—-]*")
_HTTP = re.compile(
    r"(?:(?:http(?:/[0-9.]+)?|status(?:[ _]code)?|code)[ :=]*)?"
    r"([2-5])([0-9]{2}|xx)(?:\.0+)?(?:[ :,;(/-].*)?",
    re.DOTALL,
)
_NO_ERROR = re.compile(
    r"(?:no|without|zero|0)[ _-]*(?:any[ _-]*)?(?:error|exception|failure|problem|issue)s?"
    r"(?: (?:found|occurred|reported))?\.?"
)
_GOOD = (
    *("ok", "okay", "success", "successful", "successfully", "succeeded", "completed", "complete"),
    *("done", "finished", "answered", "passed"),
)
_BAD = {
    **{kind.replace("_", ""): kind for kind in ErrorKind},
    **dict.fromkeys(
        (
            *("error", "err", "errored", "fail", "failed", "failure", "failing", "fatal", "false"),
            *("exception", "crashed", "aborted", "unsuccessful", "notok", "ko", "internal"),
            *("unavailable", "unimplemented", "dataloss"),
        ),
        ErrorKind.BACKEND,
    ),
    # curl and others write 000 where no answer came.
    **dict.fromkeys(
        (
            *("000", "connectionerror", "connectionrefused", "connectionreset", "networkerror"),
            *("disconnected", "unreachable"),
        ),
        ErrorKind.CONNECT,
    ),
    **dict.fromkeys(
        ("timedout", "deadlineexceeded", "expired", "cancelled", "canceled"), ErrorKind.TIMEOUT
    ),
    **dict.fromkeys(
        ("rejected", "refused", "invalid", "invalidargument", "outofrange", "failedprecondition"),
        ErrorKind.BAD_INPUT,
    ),
    **dict.fromkeys(("throttled", "overloaded", "resourceexhausted"), ErrorKind.RATE_LIMITED),
    **dict.fromkeys(("unauthenticated", "permissiondenied", "denied"), ErrorKind.AUTH),
}
_BAD_ENDS = {
    ("timeout", "timedout", "timeouterror", "timeoutexception"): ErrorKind.TIMEOUT,
    ("error", "exception", "failed", "failure"): ErrorKind.BACKEND,
}
_YES, _NO = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")


def _squeezed(words: str) -> str:
    return re.sub(r"[^a-z0-9]", "", words.lower())


_PHRASES = {
    _squeezed(name): status.value
    for status in HTTPStatus
    if status.value >= HTTPStatus.OK
    for name in (status.phrase, status.name)
}


def error_kind_of(cells: Iterable[tuple[str, Any, bool]]) -> str | None:
    """Of a row, from all of its columns about the outcome: what a column holds, its value, and
    whether it is the first that holds that. None for an answer. Raises UnusableLine if none tells
    of a failure and the first of a kind can't be read, or if all say nothing."""
    told: list[str | None] = []
    problem: UnusableLine | None = None
    for what, value, is_first in cells:
        try:
            told.append(READERS[what](value))
        except UnusableLine as error:
            problem = problem or (error if is_first else None)
            told.append(None)
    failures = [kind for kind in told if kind]
    if failures:  # a status says more than that there was an error
        return next((kind for kind in failures if kind != ErrorKind.BACKEND), failures[0])
    if problem is not None:
        raise problem
    if told and ANSWERED not in told:
        raise UnusableLine("nothing tells whether it was answered or failed")
    return None


def _status(given: Any, what: str = "status") -> str | None:
    words = _words(given)
    if words is None:
        return None
    if words == "true" or _is_good(words):
        return ANSWERED
    kind = _failure(words)
    if kind is None:
        raise UnusableLine(_UNREADABLE.format(what, what))
    return kind


def _outcome(given: Any) -> str | None:
    return _status(given, "outcome")


def _success(given: Any) -> str | None:
    words = _words(given)
    if words in _YES:
        return ANSWERED
    return ErrorKind.BACKEND if words in _NO else _status(given, "success")


def _error(given: Any) -> str | None:
    """Anything but a word for no error tells of one."""
    words = _words(given)
    if words is None or words in _NO or _is_zero(words) or _is_good(words):
        return ANSWERED
    return _failure(words) or ErrorKind.BACKEND


READERS: dict[str, Callable[[Any], str | None]] = {
    "status": _status,
    "outcome": _outcome,
    "success": _success,
    "error": _error,
    "failed": _error,
}
"""By what a column holds: how its value is read, to an error kind, ANSWERED, or None if it says
nothing. They raise UnusableLine for a value that can't be read."""


def _words(given: Any) -> str | None:
    """In lower case; None for an empty value."""
    if given is None or (isinstance(given, float) and math.isnan(given)):
        return None
    words = str(given).strip().lower()
    # `StatusCode.OK`, as Python shows such a name
    words = re.sub(r"^(?:http)?status(?:code)?\.", "", words)
    return None if _EMPTY.fullmatch(words) or _squeezed(words) in _NOTHING else words


def _is_good(words: str) -> bool:
    http = _http_status(words)
    if http is not None:
        return kind_of_status(http) is None
    return _squeezed(words) in _GOOD or _NO_ERROR.fullmatch(words) is not None


def _failure(words: str) -> str | None:
    http = _http_status(words)
    if http is not None:
        return kind_of_status(http)
    name = _squeezed(words)
    first = _squeezed(re.split(r"[^a-z0-9_]", words, maxsplit=1)[0])
    for one in (name, first):
        if one in _BAD:
            return _BAD[one]
    return next((kind for ends, kind in _BAD_ENDS.items() if name.endswith(ends)), None)


def _http_status(words: str) -> int | None:
    found = _HTTP.fullmatch(words)
    if found is not None:
        return int(found[1] + found[2].replace("xx", "00"))
    return _PHRASES.get(_squeezed(words))


def _is_zero(words: str) -> bool:
    return re.fullmatch(r"[+-]?0+(?:\.0*)?", words) is not None
