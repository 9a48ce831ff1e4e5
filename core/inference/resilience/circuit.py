"""When to stop calling a backend that fails, and when to try it again."""

from dataclasses import dataclass
from enum import StrEnum
from threading import Lock


class CircuitState(StrEnum):
    """`closed` admits every call, `open` none, `half_open` one trial call."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class CircuitRule:
    """The circuit opens at `failure_limit` failed calls in a row, for `cool_s` seconds. Each failed
    trial doubles that time, up to `longest_cool_s`. A trial without a result after `trial_s` no
    longer blocks the next one. When a backend asks for a pause, the circuit stays open that long,
    at most `longest_asked_s`."""

    failure_limit: int = 5
    cool_s: float = 10.0
    longest_cool_s: float = 120.0
    trial_s: float = 60.0
    longest_asked_s: float = 600.0


@dataclass(frozen=True, slots=True)
class Circuit:
    """The whole state. Times are seconds of one monotonic clock."""

    state: CircuitState = CircuitState.CLOSED
    failures: int = 0
    reopened: int = 0
    until: float = 0.0


def admit(circuit: Circuit, rule: CircuitRule, now: float) -> tuple[bool, Circuit]:
    """Whether a call may be made now, and the state afterwards."""
    if circuit.state is CircuitState.CLOSED:
        return True, circuit
    if now < circuit.until:
        return False, circuit
    trial = Circuit(CircuitState.HALF_OPEN, circuit.failures, circuit.reopened, now + rule.trial_s)
    return True, trial


def after_success(_circuit: Circuit) -> Circuit:
    """An answer closes the circuit."""
    return Circuit()


def after_failure(
    circuit: Circuit, rule: CircuitRule, now: float, *, asked_s: float | None = None
) -> Circuit:
    """The state after one more failed call. `asked_s` is the pause that the backend asked for: it
    opens the circuit at once, for that long."""
    failures = circuit.failures + 1
    if asked_s is not None:
        until = now + min(asked_s, rule.longest_asked_s)
        return Circuit(CircuitState.OPEN, failures, circuit.reopened, until)
    if circuit.state is CircuitState.CLOSED and failures < rule.failure_limit:
        return Circuit(CircuitState.CLOSED, failures)
    if circuit.state is CircuitState.OPEN:
        # A call made before the circuit opened is no new information.
        return Circuit(CircuitState.OPEN, failures, circuit.reopened, circuit.until)
    reopened = circuit.reopened + (circuit.state is CircuitState.HALF_OPEN)
    cool_s = min(rule.cool_s * 2.0 ** min(reopened, 30), rule.longest_cool_s)
    return Circuit(CircuitState.OPEN, failures, reopened, now + cool_s)


class CircuitBreaker:
    """One circuit shared by threads."""

    def __init__(self, rule: CircuitRule) -> None:
        self._rule = rule
        self._circuit = Circuit()
        self._lock = Lock()

    @property
    def circuit(self) -> Circuit:
        """The current state; it changes from `open` only when a call is admitted."""
        return self._circuit

    def admits(self, now: float) -> bool:
        """Whether a call may be made. After True the caller must report the outcome."""
        with self._lock:
            is_admitted, self._circuit = admit(self._circuit, self._rule, now)
            return is_admitted

    def succeeded(self) -> None:
        """The call was answered."""
        with self._lock:
            self._circuit = after_success(self._circuit)

    def failed(self, now: float, *, asked_s: float | None = None) -> None:
        """The call was not answered."""
        with self._lock:
            self._circuit = after_failure(self._circuit, self._rule, now, asked_s=asked_s)
