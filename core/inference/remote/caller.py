"""One call to a backend: rate limit, retries and circuit breaker around its HTTP requests."""

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
    """At most `concurrency` requests at a time and `per_minute` a minute."""

    concurrency: int = 4
    per_minute: float | None = None


@dataclass(slots=True)
class _CallState:
    """One call: the ids sent to the server, and the seconds spent waiting here before sending."""

    request_id: str
    trace: str
    waited_s: float = 0.0


@dataclass(frozen=True, slots=True)
class CompletedCall(Generic[T]):
    """A successful answer and what was read from it. `wait_ms` was spent here: waiting for a free
    slot, for the rate limit, and between attempts."""

    response: HttpResponse
    found: T
    attempts: int
    wait_ms: float
    request_id: str


class _NotSent(AttemptFailed):
    """The request was never sent, so this says nothing about the backend."""


class Caller:
    """Retries, circuit breaker and limits of one backend; safe to use from several threads.

    `harmless` is a request to score a text that no server objects to. It is sent after a text was
    refused, to find out whether the backend refuses that text or every text.
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
        self._slots = BoundedSemaphore(limits.concurrency)
        self.well_at: float | None = None  # time of the last answer; None after a failure

    @property
    def circuit(self) -> Circuit:
        """Whether requests are sent at present, and after how many failures."""
        return self._breaker.circuit

    def call(
        self, request: HttpRequest, read: Callable[[HttpResponse], T], *, once: bool = False
    ) -> CompletedCall[T]:
        """Sends until answered, within the retry rule's total time, and returns the answer with
        what `read` got from it. `read` may raise AttemptFailed. Raises BackendError with kind and
        attempts."""
        began = self._monotonic()
        if not self._breaker.admits(began):
            raise self._circuit_open(began)
        state = _CallState(new_id(), token_hex(16))
        rule = self._rule
        if once:
            rule = RetryRule(attempts=1, total_s=rule.total_s, loading_s=0.0)
        tried = try_again(
            lambda left_s: self._send(request, state, left_s),
            rule,
            monotonic=self._monotonic,
            sleep=self._sleep,
        )
        if tried.answer is None:
            left_s = began + rule.total_s - self._monotonic()
            raise self._failed(self._diagnosed(tried.failure, state, left_s), tried.attempts)
        try:
            found = read(tried.answer)
        except AttemptFailed as problem:
            failure = problem
        else:
            self._note_answer()
            wait_ms = (tried.waited_s + state.waited_s) * 1000.0
            return CompletedCall(tried.answer, found, tried.attempts, wait_ms, state.request_id)
        raise self._failed(failure, tried.attempts)

    def _send(self, request: HttpRequest, state: _CallState, left_s: float) -> HttpResponse:
        state.waited_s += self._pause(left_s)
        waiting_since = self._monotonic()
        if not self._slots.acquire(timeout=max(0.0, left_s)):
            raise _NotSent("has too many requests waiting here", kind=ErrorKind.TIMEOUT)
        try:
            state.waited_s += self._monotonic() - waiting_since
            headers = {
                "X-Request-ID": state.request_id,
                "traceparent": f"00-{state.trace}-{token_hex(8)}-01",
            }
            return self._transport.send(request, headers, left_s)
        finally:
            self._slots.release()

    def _diagnosed(
        self, failure: AttemptFailed | None, state: _CallState, left_s: float
    ) -> AttemptFailed:
        """The failure to report. When the server refused the text, a harmless one is tried too: if
        that is refused as well, the cause is the settings, or the backend is down by now."""
        if failure is None:
            raise AssertionError("try_again returns an answer or a failure")
        if failure.kind is not ErrorKind.BAD_INPUT:
            return failure
        try:
            self._send(self._harmless, state, left_s)
        except _NotSent:
            return failure
        except AttemptFailed as other:
            if other.kind is not ErrorKind.BAD_INPUT:
                return other
        else:
            self._note_answer()
            return failure
        words = f"{failure}, also to a harmless text: the backend's settings don't fit the server"
        return AttemptFailed(words, kind=ErrorKind.CONFIGURATION)

    def _note_answer(self) -> None:
        self._breaker.succeeded()
        self.well_at = self._monotonic()

    def _pause(self, left_s: float) -> float:
        """Waits for the rate limit and returns the seconds waited."""
        wait_s = self._pacer.wait_s(self._monotonic(), left_s)
        if wait_s is None:
            raise _NotSent("has reached its requests_per_minute", kind=ErrorKind.RATE_LIMITED)
        if wait_s:
            self._sleep(wait_s)
        return wait_s

    def _failed(self, failure: AttemptFailed, attempts: int) -> BackendError:
        if failure.kind in ANSWERS:
            self._breaker.succeeded()
        elif not isinstance(failure, _NotSent):
            self.well_at = None
            # `Retry-After: 0` asks for no wait, so it counts as a failure like any other.
            self._breaker.failed(self._monotonic(), asked_s=failure.after_s or None)
        tries = f", {attempts} attempts" if attempts > 1 else ""
        return BackendError(f"{self._name} {failure}{tries}", kind=failure.kind, attempts=attempts)

    def _circuit_open(self, now: float) -> BackendError:
        left_s = max(0.0, self._breaker.circuit.until - now)
        return BackendError(
            f"{self._name} failed and is not called for another {left_s:.0f} s",
            kind=ErrorKind.CIRCUIT_OPEN,
            attempts=0,
        )
