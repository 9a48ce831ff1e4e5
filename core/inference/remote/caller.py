"""One request that is answered in the end, or fails for a reason: the way to a backend."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex
from threading import BoundedSemaphore

from core.clock import Clock
from core.errors import BackendError
from core.identifiers import new_id
from core.inference.base import ANSWERS, ErrorKind
from core.inference.remote.transport import Ask, Reply, Transport
from core.inference.resilience.circuit import Circuit, CircuitBreaker, CircuitRule
from core.inference.resilience.pacing import Pacer
from core.inference.resilience.retries import AttemptFailed, RetryRule, try_again

# The backend answered: that it refused a text, or scored it badly, says nothing against it.


@dataclass(frozen=True, slots=True)
class Limits:
    """At most `concurrency` requests are out at a time, and `per_minute` leave in a minute."""

    concurrency: int = 4
    per_minute: float | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """An answer with what it took. `wait_ms` passed here: for a free place, for the pace, and
    between attempts."""

    reply: Reply
    attempts: int
    wait_ms: float
    request_id: str


class _HeldBack(AttemptFailed):
    """We did not ask: that says nothing of the backend."""


class Caller:
    """Retries, circuit, pace and bound of one backend; safe to use from several threads."""

    def __init__(
        self,
        name: str,
        transport: Transport,
        clock: Clock,
        *,
        retry_rule: RetryRule,
        limits: Limits,
        circuit_rule: CircuitRule,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name = name
        self._transport = transport
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

    def call(self, ask: Ask, *, once: bool = False) -> Called:
        """The answer, within the rule's time in all. Raises BackendError with kind and attempts."""
        began = self._monotonic()
        if not self._breaker.admits(began):
            raise self._circuit_open(began)
        request_id, trace = new_id(), token_hex(16)
        paused_s = 0.0

        def send(left_s: float) -> Reply:
            nonlocal paused_s
            paused_s += self._pause(left_s)
            waiting_since = self._monotonic()
            if not self._places.acquire(timeout=max(0.0, left_s)):
                raise _HeldBack("has too many requests waiting here", kind=ErrorKind.TIMEOUT)
            try:
                paused_s += self._monotonic() - waiting_since
                headers = {
                    "X-Request-ID": request_id,
                    "traceparent": f"00-{trace}-{token_hex(8)}-01",
                }
                return self._transport.send(ask, headers, left_s)
            finally:
                self._places.release()

        rule = self._rule
        if once:
            rule = RetryRule(attempts=1, total_s=rule.total_s, loading_s=0.0)
        tried = try_again(send, rule, monotonic=self._monotonic, sleep=self._sleep)
        if tried.failure is not None or tried.answer is None:
            raise self._failed(tried.failure, tried.attempts)
        self._breaker.succeeded()
        self.well_at = self._monotonic()
        wait_ms = (tried.waited_s + paused_s) * 1000.0
        return Called(tried.answer, tried.attempts, wait_ms, request_id)

    def reject(self, problem: AttemptFailed, attempts: int) -> BackendError:
        """The error for an answer that came and can't be used."""
        return self._failed(problem, attempts)

    def _pause(self, left_s: float) -> float:
        """Waits for the pace; the seconds it took."""
        wait_s = self._pacer.wait_s(self._monotonic(), left_s)
        if wait_s is None:
            raise _HeldBack(
                "is asked as often as requests_per_minute allows", kind=ErrorKind.RATE_LIMITED
            )
        if wait_s:
            self._sleep(wait_s)
        return wait_s

    def _failed(self, failure: AttemptFailed | None, attempts: int) -> BackendError:
        if failure is None:
            raise AssertionError("a try ends with an answer or a failure")
        if failure.kind in ANSWERS:
            self._breaker.succeeded()
        elif not isinstance(failure, _HeldBack):
            self.well_at = None
            self._breaker.failed(self._monotonic(), asked_s=failure.after_s)
        tries = f", {attempts} attempts" if attempts > 1 else ""
        return BackendError(f"{self._name} {failure}{tries}", kind=failure.kind, attempts=attempts)

    def _circuit_open(self, now: float) -> BackendError:
        left_s = max(0.0, self._breaker.circuit.until - now)
        return BackendError(
            f"{self._name} failed and is left alone for {left_s:.0f} s more",
            kind=ErrorKind.CIRCUIT_OPEN,
            attempts=0,
        )
