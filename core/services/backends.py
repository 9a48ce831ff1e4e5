"""How each backend a site could use stands, from what is declared and what was seen of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from core.inference.base import LASTING, Activation, ErrorKind, Location
from core.inference.resilience.circuit import CircuitRule, CircuitState
from core.moderation.failure_policy import FailurePolicy
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.scores import Label
from core.services.context import Context
from core.services.trials import BackendAnswer
from core.servinglog.answers import BackendCalls, LastSeen

SEEN_WITHIN = timedelta(hours=24)
"""What was seen longer ago says nothing of now."""


class BackendUse(StrEnum):
    """What a backend is to the site."""

    IN_FORCE = "in force"
    FALLBACK = "fallback"
    SPARE = "not used"


class State(StrEnum):
    """How a backend stands, the worst first."""

    REFUSED = "refused"
    NOT_INSTALLED = "not installed"
    COOLS_DOWN = "cools down"
    FAILS = "fails"
    NOT_ASKED = "not asked yet"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A backend the site could use, as far as it is known without asking it.

    `address` is the host of a service; `location` is None where the file that would say it can't be
    read; `problem` is why it can't be used here, with the state that makes. `model_version`,
    `labels` and `activation` are None where only loading it would tell.
    """

    name: str
    kind: str
    location: Location | None
    model_version: str | None = None
    labels: tuple[Label, ...] | None = None
    activation: Activation | None = None
    address: str = ""
    notice: str | None = None
    problem: str | None = None
    problem_state: State = State.REFUSED


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every backend there could be; `file_problem` is why the declared ones can't be read.
    `fallback` is None where the site has none."""

    candidates: tuple[Candidate, ...]
    in_force: str
    fallback: str | None = None
    file_problem: str | None = None


@dataclass(frozen=True, slots=True)
class ProcessView:
    """One process and its own circuit to a backend, as its last call left it; `circuit` is None for
    a backend that runs inside of it."""

    seen: LastSeen
    circuit: CircuitState | None


@dataclass(frozen=True, slots=True)
class Standing:
    """One backend. `error_kind` or `problem` say why it does not answer; `known_at` is when that,
    or its last answer, was seen. `calls` is None without one in the window."""

    candidate: Candidate
    use: BackendUse
    state: State
    calls: BackendCalls | None
    processes: tuple[ProcessView, ...] = ()
    check: BackendAnswer | None = None
    problem: str | None = None
    error_kind: ErrorKind | None = None
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SiteBackends:
    """All of them: the one in force, the fallback, then the rest with the best first.

    `waiting` comments wait for a backend to answer again. `answering` is who answered live
    traffic last.
    """

    standings: tuple[Standing, ...]
    failure_policy: FailurePolicy
    waiting: int
    answering: LastSeen | None = None
    file_problem: str | None = None

    @property
    def in_use(self) -> tuple[Standing, ...]:
        """The one in force and its fallback."""
        return tuple(one for one in self.standings if one.use is not BackendUse.SPARE)


def look_at_backends(
    context: Context,
    actor: Actor,
    catalogue: Catalogue,
    *,
    calls: Sequence[BackendCalls],
    seen: Sequence[LastSeen],
    checks: Mapping[str, BackendAnswer],
) -> SiteBackends:
    """How they stand now. `calls` are those of the window looked at, `seen` what each process saw
    within `SEEN_WITHIN`, `checks` what each said to somebody who asked it by hand.

    Asks no backend. Raises PermissionDenied.
    """
    check_can(actor, Permission.SEE_SERVING)
    now = context.clock.now()
    with context.store.read() as reader:
        waiting = reader.count_failed()
    by_name = {one.backend: one for one in calls}
    standings = [
        _standing(
            candidate,
            _use(candidate.name, catalogue),
            calls=by_name.get(candidate.name),
            seen=[one for one in seen if one.backend == candidate.name],
            check=checks.get(candidate.name),
            now=now,
        )
        for candidate in catalogue.candidates
    ]
    uses, states = list(BackendUse), list(State)
    standings.sort(key=lambda one: (uses.index(one.use), -states.index(one.state)))
    answered = [one for one in seen if one.live_at is not None]
    return SiteBackends(
        standings=tuple(standings),
        failure_policy=context.failure.policy,
        waiting=waiting,
        answering=max(answered, key=lambda one: one.live_at or now, default=None),
        file_problem=catalogue.file_problem,
    )


def circuit_of(seen: LastSeen, now: datetime, rule: CircuitRule | None = None) -> CircuitState:
    """The circuit one process had after its last call, as far as its records tell: open while it
    may be cooling, then half open, because its next call is the trial."""
    rule = rule or CircuitRule()
    is_left_alone = seen.last_error == ErrorKind.CIRCUIT_OPEN
    # A model that was found unusable is asked for again each time, without going through a circuit.
    has_opened = seen.failures >= rule.failure_limit and seen.trouble != ErrorKind.MODEL
    if not is_left_alone and not has_opened:
        return CircuitState.CLOSED
    longest = timedelta(seconds=rule.longest_cool_s)
    return CircuitState.OPEN if now - seen.last_at <= longest else CircuitState.HALF_OPEN


def _use(name: str, catalogue: Catalogue) -> BackendUse:
    if name == catalogue.in_force:
        return BackendUse.IN_FORCE
    return BackendUse.FALLBACK if name == catalogue.fallback else BackendUse.SPARE


def _standing(
    candidate: Candidate,
    use: BackendUse,
    *,
    calls: BackendCalls | None,
    seen: Sequence[LastSeen],
    check: BackendAnswer | None,
    now: datetime,
) -> Standing:
    has_circuit = candidate.location is not Location.IN_PROCESS
    processes = tuple(
        ProcessView(one, circuit_of(one, now) if has_circuit else None) for one in seen
    )
    base = Standing(_as_told(candidate, check), use, State.NOT_ASKED, calls, processes, check)
    if candidate.problem is not None:
        return replace(base, state=candidate.problem_state, problem=candidate.problem)
    cooling = [one.seen for one in processes if one.circuit is CircuitState.OPEN]
    if cooling:
        last = max(cooling, key=_last_at)
        # Waiting does not help against a refusal: that it is left alone is the lesser news.
        is_refused = state_of(_kind(last)) is State.REFUSED
        return _as_seen(base, last, State.REFUSED if is_refused else State.COOLS_DOWN)
    newest = max(seen, key=_last_at, default=None)
    if check is not None and (newest is None or check.at >= newest.last_at):
        return replace(
            base,
            state=State.ANSWERS if check.error is None else state_of(check.error_kind),
            problem=check.error,
            error_kind=check.error_kind,
            known_at=check.at,
        )
    if newest is None:
        return base
    if not newest.failures:
        return replace(base, state=State.ANSWERS, known_at=newest.last_at)
    return _as_seen(base, newest, state_of(_kind(newest)))


def _as_told(candidate: Candidate, check: BackendAnswer | None) -> Candidate:
    """With what the backend said of itself when it was asked."""
    if check is None or check.info is None:
        return candidate
    info = check.info
    return replace(
        candidate,
        model_version=check.model_version or info.model_version,
        labels=info.labels,
        activation=info.activation,
        notice=info.notice,
    )


def state_of(kind: ErrorKind | None) -> State:
    """What a failure of that kind says of a backend; None is one before anything was asked."""
    if kind is ErrorKind.CIRCUIT_OPEN:
        return State.COOLS_DOWN
    return State.REFUSED if kind is None or kind in LASTING else State.FAILS


def _as_seen(base: Standing, seen: LastSeen, state: State) -> Standing:
    return replace(base, state=state, error_kind=_kind(seen), known_at=seen.last_at)


def _kind(seen: LastSeen) -> ErrorKind:
    """Of a process whose last call failed. A log may hold kinds of a later version."""
    told = seen.trouble or seen.last_error
    return ErrorKind(told) if told in list(ErrorKind) else ErrorKind.BACKEND


def _last_at(seen: LastSeen) -> datetime:
    return seen.last_at
