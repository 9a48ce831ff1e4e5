"""The state of every backend the site could use, from its declaration and from recorded calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from core.inference.base import LASTING, Activation, ErrorKind, Location
from core.inference.resilience.circuit import CircuitRule, CircuitState
from core.moderation.failure_policy import FailurePolicy
from core.moderation.languages import is_assessed
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.scores import Label
from core.services.context import Context
from core.services.trials import BackendAnswer
from core.servinglog.answers import BackendCalls, LastSeen
from core.store.views import LanguageCount

SEEN_WITHIN = timedelta(hours=24)
"""Older calls are ignored: they don't show how a backend is now."""
RECENT_COMMENTS = 1_000
"""Languages are counted in so many of the latest comments."""


class BackendUse(StrEnum):
    """How the site uses a backend; sorted in this order."""

    IN_FORCE = "in force"
    FALLBACK = "fallback"
    LANGUAGE = "by language"
    SPARE = "not used"


class BackendState(StrEnum):
    """The state of a backend, the worst first."""

    REFUSED = "refused"
    NOT_INSTALLED = "not installed"
    COOLS_DOWN = "cools down"
    FAILS = "fails"
    NOT_ASKED = "not asked yet"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A backend the site could use, with what is known without calling it.

    `address` is the host of a remote service. `location` is None if the backends file can't be
    read. `problem` is why it can't be used here, `problem_state` the state that follows.
    `model_version`, `labels` and `activation` are None if they are known only after loading;
    `languages` is None if it states none, or if they are known only then.
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
    problem_state: BackendState = BackendState.REFUSED
    languages: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All backends the site could use. `in_force` and `fallback` are names; `fallback` is None if
    the site has none. `file_problem` is why the backends file can't be read. `expected` are the
    languages that the site expects, `by_language` maps one to the backend that gets its comments
    although it is not in force."""

    candidates: tuple[Candidate, ...]
    in_force: str
    fallback: str | None = None
    file_problem: str | None = None
    expected: tuple[str, ...] = ()
    by_language: Mapping[str, str] = field(default_factory=dict)

    @property
    def not_assessed(self) -> tuple[str, ...]:
        """The expected languages that no backend assesses."""
        first = next(one for one in self.candidates if one.name == self.in_force)
        return tuple(
            code
            for code in self.expected
            if not is_assessed(code, first.languages) and code not in self.by_language
        )


@dataclass(frozen=True, slots=True)
class ProcessView:
    """One process and the state of its circuit to a backend after its last call. `circuit` is None
    for a backend that runs in the process: it has no circuit."""

    seen: LastSeen
    circuit: CircuitState | None


@dataclass(frozen=True, slots=True)
class BackendStatus:
    """The state of one backend. `error_kind` or `problem` is why it does not answer; `known_at` is
    the time of that failure or of its last answer. `calls` is None if there was no call in the
    window."""

    candidate: Candidate
    use: BackendUse
    state: BackendState
    calls: BackendCalls | None
    processes: tuple[ProcessView, ...] = ()
    check: BackendAnswer | None = None
    problem: str | None = None
    error_kind: ErrorKind | None = None
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SiteBackends:
    """All backends: the one in force, the fallback, then the rest, the best state first.

    `waiting` is the number of comments that the failure policy decided on and that are still to be
    scored. `answering` is the backend and process that answered live traffic last. `languages`
    counts recent comments that were not assessed; `not_assessed` are languages that the site
    expects and nothing assesses.
    """

    statuses: tuple[BackendStatus, ...]
    failure_policy: FailurePolicy
    waiting: int
    answering: LastSeen | None = None
    file_problem: str | None = None
    languages: LanguageCount = field(default_factory=LanguageCount)
    not_assessed: tuple[str, ...] = ()

    @property
    def in_use(self) -> tuple[BackendStatus, ...]:
        """The backend in force and the fallback."""
        uses = (BackendUse.IN_FORCE, BackendUse.FALLBACK)
        return tuple(one for one in self.statuses if one.use in uses)


def load_site_backends(
    context: Context,
    actor: Actor,
    catalogue: Catalogue,
    *,
    calls: Sequence[BackendCalls],
    seen: Sequence[LastSeen],
    checks: Mapping[str, BackendAnswer],
) -> SiteBackends:
    """The present state of all backends. `calls` are the calls in the window on screen, `seen` the
    last calls of each process within `SEEN_WITHIN`, `checks` the answers to checks by hand.

    Calls no backend. Raises PermissionDenied.
    """
    check_can(actor, Permission.SEE_SERVING)
    now = context.clock.now()
    with context.store.read() as reader:
        waiting = reader.count_failed()
        languages = reader.language_count(RECENT_COMMENTS)
    by_name = {one.backend: one for one in calls}
    statuses = [
        _status(
            candidate,
            _use(candidate.name, catalogue),
            calls=by_name.get(candidate.name),
            seen=[one for one in seen if one.backend == candidate.name],
            check=checks.get(candidate.name),
            now=now,
        )
        for candidate in catalogue.candidates
    ]
    uses, states = list(BackendUse), list(BackendState)
    statuses.sort(key=lambda one: (uses.index(one.use), -states.index(one.state)))
    answered = [one for one in seen if one.live_at is not None]
    return SiteBackends(
        statuses=tuple(statuses),
        failure_policy=context.failure.policy,
        waiting=waiting,
        answering=max(answered, key=lambda one: one.live_at or now, default=None),
        file_problem=catalogue.file_problem,
        languages=languages,
        not_assessed=catalogue.not_assessed,
    )


def circuit_of(seen: LastSeen, now: datetime, rule: CircuitRule | None = None) -> CircuitState:
    """The state of one process's circuit, derived from its records in the serving log: OPEN for the
    longest possible cool-down, then HALF_OPEN, because the next call is the trial."""
    rule = rule or CircuitRule()
    is_left_alone = seen.last_error == ErrorKind.CIRCUIT_OPEN
    # An unusable model is loaded again at each call, without a circuit.
    has_opened = seen.failures >= rule.failure_limit and seen.trouble != ErrorKind.MODEL
    if not is_left_alone and not has_opened:
        return CircuitState.CLOSED
    longest = timedelta(seconds=rule.longest_cool_s)
    return CircuitState.OPEN if now - seen.last_at <= longest else CircuitState.HALF_OPEN


def _use(name: str, catalogue: Catalogue) -> BackendUse:
    if name == catalogue.in_force:
        return BackendUse.IN_FORCE
    if name == catalogue.fallback:
        return BackendUse.FALLBACK
    return BackendUse.LANGUAGE if name in catalogue.by_language.values() else BackendUse.SPARE


def _status(
    candidate: Candidate,
    use: BackendUse,
    *,
    calls: BackendCalls | None,
    seen: Sequence[LastSeen],
    check: BackendAnswer | None,
    now: datetime,
) -> BackendStatus:
    has_circuit = candidate.location is not Location.IN_PROCESS
    processes = tuple(
        ProcessView(one, circuit_of(one, now) if has_circuit else None) for one in seen
    )
    base = BackendStatus(
        _with_info(candidate, check), use, BackendState.NOT_ASKED, calls, processes, check
    )
    if candidate.problem is not None:
        return replace(base, state=candidate.problem_state, problem=candidate.problem)
    cooling = [one.seen for one in processes if one.circuit is CircuitState.OPEN]
    if cooling:
        last = max(cooling, key=_last_at)
        # Show the refusal rather than the cool-down: waiting does not mend a refusal.
        is_refused = state_of(_kind(last)) is BackendState.REFUSED
        return _with_failure(
            base, last, BackendState.REFUSED if is_refused else BackendState.COOLS_DOWN
        )
    newest = max(seen, key=_last_at, default=None)
    if check is not None and (newest is None or check.at >= newest.last_at):
        return replace(
            base,
            state=BackendState.ANSWERS if check.error is None else state_of(check.error_kind),
            problem=check.error,
            error_kind=check.error_kind,
            known_at=check.at,
        )
    if newest is None:
        return base
    if not newest.failures:
        return replace(base, state=BackendState.ANSWERS, known_at=newest.last_at)
    return _with_failure(base, newest, state_of(_kind(newest)))


def _with_info(candidate: Candidate, check: BackendAnswer | None) -> Candidate:
    """The candidate completed with the model's own information from a check by hand."""
    if check is None or check.info is None:
        return candidate
    info = check.info
    return replace(
        candidate,
        model_version=check.model_version or info.model_version,
        labels=info.labels,
        activation=info.activation,
        notice=info.notice,
        languages=info.languages,
    )


def state_of(kind: ErrorKind | None) -> BackendState:
    """The state of a backend whose last call failed with that kind of error; None: it failed before
    the call, for example because a package or a key is missing."""
    if kind is ErrorKind.CIRCUIT_OPEN:
        return BackendState.COOLS_DOWN
    return BackendState.REFUSED if kind is None or kind in LASTING else BackendState.FAILS


def _with_failure(base: BackendStatus, seen: LastSeen, state: BackendState) -> BackendStatus:
    return replace(base, state=state, error_kind=_kind(seen), known_at=seen.last_at)


def _kind(seen: LastSeen) -> ErrorKind:
    """The kind of a process's last failure. A log may contain kinds that only a later version
    knows; they count as BACKEND."""
    kind = seen.trouble or seen.last_error
    return ErrorKind(kind) if kind in list(ErrorKind) else ErrorKind.BACKEND


def _last_at(seen: LastSeen) -> datetime:
    return seen.last_at
