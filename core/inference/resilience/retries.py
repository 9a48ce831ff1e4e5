"""Retries: which failures are worth one, how long to wait, and when to give up."""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Generic, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception

from core.inference.base import ErrorKind

T = TypeVar("T")
LONGEST_WAIT_S = 86_400.0
"""The longest wait that a server's answer can ask for: a day."""
_MOST_DOUBLINGS = 30
_EPOCH_S = 1e8  # a reset above this is a date in Unix seconds, not a duration
_ASCTIME = re.compile(r"[A-Za-z]{3} [A-Za-z]{3} [ \d]?\d \d\d:\d\d:\d\d \d{4}")
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)(ms|s))?")


class AttemptFailed(Exception):
    """One failed attempt; never leaves a backend. `after_s` is how long the server asked to wait.

    The message contains no address, key or comment: moderators read it.
    """

    def __init__(
        self,
        problem: str,
        *,
        kind: ErrorKind,
        can_retry: bool = False,
        after_s: float | None = None,
    ) -> None:
        super().__init__(problem)
        self.kind = kind
        self.can_retry = can_retry
        self.after_s = after_s


@dataclass(frozen=True, slots=True)
class RetryRule:
    """At most `attempts` requests within `total_s`. While a model is still loading, requests are
    repeated for `loading_s` instead, without a limit on attempts."""

    attempts: int = 3
    first_pause_s: float = 0.25
    longest_pause_s: float = 8.0
    total_s: float = 20.0
    loading_s: float = 20.0


@dataclass(frozen=True, slots=True)
class RetryOutcome(Generic[T]):
    """The result: `answer` or `failure`, never both, with attempts and waiting time."""

    attempts: int
    waited_s: float
    answer: T | None = None
    failure: AttemptFailed | None = None


def pause_s(rule: RetryRule, attempt: int, draw: float) -> float:
    """Seconds before attempt `attempt + 1`. The longest pause doubles with each attempt; `draw`
    (0..1) selects a value in its upper half, so that clients that failed together don't all retry
    at once."""
    # A model that loads for hours takes thousands of attempts, and 2.0**1024 overflows.
    doublings = min(attempt - 1, _MOST_DOUBLINGS)
    longest = min(rule.first_pause_s * 2.0**doublings, rule.longest_pause_s)
    return longest * (0.5 + draw / 2.0)


def try_again(
    send: Callable[[float], T],
    rule: RetryRule,
    *,
    monotonic: Callable[[], float],
    sleep: Callable[[float], None],
    draw: Callable[[], float] = random.random,
) -> RetryOutcome[T]:
    """Calls `send` with the seconds left until it answers, fails for good, or the time is over.

    Never waits longer than that: if the backend asks for a longer wait, it gives up at once.
    """
    began, limit_s = monotonic(), rule.total_s

    def wait_s(tried: RetryCallState) -> float:
        failure = _failure_of(tried)
        asked_s = max(pause_s(rule, tried.attempt_number, draw()), failure.after_s or 0.0)
        # Some servers repeat the same estimate for ever.
        return min(asked_s, rule.longest_pause_s) if _is_loading(failure) else asked_s

    def is_over(tried: RetryCallState) -> bool:
        nonlocal limit_s
        is_loading = _is_loading(_failure_of(tried))
        limit_s = rule.loading_s if is_loading else rule.total_s
        is_last = tried.attempt_number >= rule.attempts and not is_loading
        return is_last or monotonic() + tried.upcoming_sleep >= began + limit_s

    again = retry_if_exception(lambda error: isinstance(error, AttemptFailed) and error.can_retry)
    tries = Retrying(retry=again, wait=wait_s, stop=is_over, sleep=sleep, reraise=True)
    answer, failure = None, None
    try:
        answer = tries(lambda: send(began + limit_s - monotonic()))
    except AttemptFailed as problem:
        failure = problem
    made = tries.statistics
    return RetryOutcome(made["attempt_number"], made["idle_for"], answer, failure)


def _failure_of(tried: RetryCallState) -> AttemptFailed:
    failure = tried.outcome.exception() if tried.outcome else None
    if not isinstance(failure, AttemptFailed):
        raise AssertionError("only a failed attempt is waited for")
    return failure


def _is_loading(failure: AttemptFailed) -> bool:
    return failure.kind is ErrorKind.LOADING


def valid_wait_s(asked: object) -> float | None:
    """Seconds a server asks for, a day at most; None if the value is not a number of seconds."""
    if isinstance(asked, bool) or not isinstance(asked, int | float):
        return None
    # Compared before the conversion to float: JSON has integers of any size, and NaN.
    return float(min(asked, LONGEST_WAIT_S)) if asked >= 0 else None


def requested_wait_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """How long a response asks to wait, from lower-case headers, a day at most; None if it does not
    say.

    `retry-after-ms` and `Retry-After` (seconds or a date) have priority. Otherwise it is the
    longest reset time of the `x-ratelimit-*` windows with nothing remaining.
    """
    return valid_wait_s(_header_wait_s(headers, now))


def _header_wait_s(headers: Mapping[str, str], now: datetime) -> float | None:
    millis = _number(headers.get("retry-after-ms", ""))
    if millis is not None:
        return millis / 1000.0
    if "retry-after" in headers:
        return _seconds_or_date(headers["retry-after"], now)
    waits = [
        _reset_s(headers[name], now)
        for name in headers
        if re.fullmatch(r"(x-)?ratelimit-reset(-\w+)?", name)
        and _number(headers.get(name.replace("reset", "remaining"), "")) == 0.0
    ]
    known = [wait for wait in waits if wait is not None]
    return max(known, default=None)


def parse_duration_s(text: str) -> float | None:
    """Seconds of `6m0s`, `1.5s`, `20ms`, `1h2m`, or a plain number of seconds."""
    number = _number(text)
    if number is not None:
        return number
    found = _DURATION.fullmatch(text.strip())
    if found is None or not found.group(0):
        return None
    days, hours, minutes, rest, unit = found.groups()
    seconds = float(rest or 0) / (1000.0 if unit == "ms" else 1.0)
    return int(days or 0) * 86400 + int(hours or 0) * 3600 + int(minutes or 0) * 60 + seconds


def _reset_s(text: str, now: datetime) -> float | None:
    seconds = parse_duration_s(text)
    if seconds is not None and seconds > _EPOCH_S:
        return max(0.0, seconds - now.timestamp())
    return seconds


def _seconds_or_date(text: str, now: datetime) -> float | None:
    seconds = parse_duration_s(text)
    if seconds is not None:
        return seconds
    moment = _moment(text.strip())
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def _moment(text: str) -> datetime | None:
    """A date in any of the three forms of HTTP (RFC 9110, 5.6.7), which are all in UTC."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None and (_ASCTIME.fullmatch(text) or text.endswith("-0000")):
        moment = moment.replace(tzinfo=UTC)
    return moment if moment.tzinfo is not None else None


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[0-9]{1,300}(\.[0-9]{1,9})?", text.strip()) else None
