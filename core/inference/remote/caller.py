"""One request that is answered in the end, or fails for a reason: the way to a backend."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex
from threading import BoundedSemaphore
from typing import Generic, TypeVar

from core.clock import Clock
from core.errors import BackendError
from core.identifiers import new_id
from core.inference.base import ANSWERS, ErrorKind
from core.inference.remote.transport import HttpRequest, HttpResponse, Transport
from core.inference.resilience.circuit import Circuit, CircuitBreaker, CircuitRule
from core.inference.resilience.pacing import Pacer
from core.inference.resilience.retries import AttemptFailed, RetryRule, try_again

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """At most `concurrency` requests are out at a time, and `per_minute` leave in a minute."""

    concurrency: int = 4
    per_minute: float | None = None


@dataclass(slots=True)
class _CallState:
    """One call: how it is known to the server, and how long it was kept here."""

    request_id: str
    trace: str
    paused_s: float = 0.0


@dataclass(frozen=True, slots=True)
class CompletedCall(Generic[T]):
    """An answer, what was read from it, and what it took. `wait_ms` passed here: for a free place,
    for the pace, and between attempts."""

    response: HttpResponse
    found: T
    attempts: int
    wait_ms: float
    request_id: str


class _NotSent(AttemptFailed):
    """We did not ask: that says nothing of the backend."""


class Caller:
    """Retries, circuit, pace and bound of one backend; safe to use from several threads.

    `harmless` asks for the scores of a text nobody can refuse: it tells a backend that refuses a
    text from one that refuses everything.
    """

    def __init__(
        self,
        name: str,
        transport: Transport,
        clock: Clock,
        *,
        harmless: HttpRequest,
        retry_rule: RetryRule,
        limits: Limits,
        circuit_rule: CircuitRule,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name = name
        self._transport = transport
        self._harmless = harmless
        self._monotonic = clock.monotonic
        self._sleep = sleep
        self._rule = retry_rule
        self._breaker = CircuitBreaker(circuit_rule)
        self._pacer = Pacer(limits.per_minute, limits.concurrency)
        self._places = BoundedSemaphore(limits.concurrency)
        self.well_at: float | None = None  # of the last answer, while nothing failed since

    @property
    def circuit(self) -> Circuit:
        """Whether requests go out at present, and after how many failures."""
        return self._breaker.circuit

    def call(
        self, request: HttpRequest, read: Callable[[HttpResponse], T], *, once: bool = False
    ) -> CompletedCall[T]:
        """The answer, within the rule's time in all, with what `read` makes of it; it may raise
        AttemptFailed. Raises BackendError with kind and attempts."""
        began = self._monotonic()
        if not self._breaker.admits(began):
            raise self._circuit_open(began)
        sending = _CallState(new_id(), token_hex(16))
        rule = self._rule
        if once:
            rule = RetryRule(attempts=1, total_s=rule.total_s, loading_s=0.0)
        tried = try_again(
            lambda left_s: self._send(request, sending, left_s),
            rule,
            monotonic=self._monotonic,
            sleep=self._sleep,
        )
        if tried.answer is None:
            left_s = began + rule.total_s - self._monotonic()
            raise self._failed(self._diagnosed(tried.failure, sending, left_s), tried.attempts)
        try:
            found = read(tried.answer)
        except AttemptFailed as problem:
            failure = problem
        else:
            self._note_answer()
            wait_ms = (tried.waited_s + sending.paused_s) * 1000.0
            return CompletedCall(tried.answer, found, tried.attempts, wait_ms, sending.request_id)
        raise self._failed(failure, tried.attempts)

    def _send(self, request: HttpRequest, sending: _CallState, left_s: float) -> HttpResponse:
        sending.paused_s += self._pause(left_s)
        waiting_since = self._monotonic()
        if not self._places.acquire(timeout=max(0.0, left_s)):
            raise _NotSent("has too many requests waiting here", kind=ErrorKind.TIMEOUT)
        try:
            sending.paused_s += self._monotonic() - waiting_since
            headers = {
                "X-Request-ID": sending.request_id,
                "traceparent": f"00-{sending.trace}-{token_hex(8)}-01",
            }
            return self._transport.send(request, headers, left_s)
        finally:
            self._places.release()

    def _diagnosed(
        self, failure: AttemptFailed | None, sending: _CallState, left_s: float
    ) -> AttemptFailed:
        """The failure as it is, but where a text was refused and a harmless one is too, it is not
        the text's: then the settings are wrong, or the backend is down by now."""
        if failure is None:
            raise AssertionError("a try ends with an answer or a failure")
        if failure.kind is not ErrorKind.BAD_INPUT:
            return failure
        try:
            self._send(self._harmless, sending, left_s)
        except _NotSent:
            return failure
        except AttemptFailed as other:
            if other.kind is not ErrorKind.BAD_INPUT:
                return other
        else:
            self._note_answer()
            return failure
        words = f"{failure}, to a harmless text too: the backend's settings don't fit the server"
        return AttemptFailed(words, kind=ErrorKind.CONFIGURATION)

    def _note_answer(self) -> None:
        self._breaker.succeeded()
        self.well_at = self._monotonic()

    def _pause(self, left_s: float) -> float:
        """Waits for the pace; the seconds it took."""
        wait_s = self._pacer.wait_s(self._monotonic(), left_s)
        if wait_s is None:
            raise _NotSent(
                "is asked as often as requests_per_minute allows", kind=ErrorKind.RATE_LIMITED
            )
        if wait_s:
            self._sleep(wait_s)
        return wait_s

    def _failed(self, failure: AttemptFailed, attempts: int) -> BackendError:
        if failure.kind in ANSWERS:
            self._breaker.succeeded()
        elif not isinstance(failure, _NotSent):
            self.well_at = None
            # Who asks for no wait at all has not asked to be left alone.
            self._breaker.failed(self._monotonic(), asked_s=failure.after_s or None)
        tries = f", {attempts} attempts" if attempts > 1 else ""
        return BackendError(f"{self._name} {failure}{tries}", kind=failure.kind, attempts=attempts)

    def _circuit_open(self, now: float) -> BackendError:
        left_s = max(0.0, self._breaker.circuit.until - now)
        return BackendError(
            f"{self._name} failed and is left alone for {left_s:.0f} s more",
            kind=ErrorKind.CIRCUIT_OPEN,
            attempts=0,
        )
