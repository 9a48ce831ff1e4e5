"""Calls to backends by hand: checking one backend, and scoring one comment with several."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from core.clock import Clock
from core.errors import BackendError, ConsoleError
from core.inference.base import ANSWERS, Backend, BackendInfo, ErrorKind, Location, TextResult
from core.inference.scorer import PROBE, Scorer
from core.inference.text.rule_matcher import matcher_of
from core.moderation.cleaning import check_text, clean_text
from core.moderation.decisions import judge_read, judge_unscored
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.policies import Action, Policy, Rule, TextRule
from core.moderation.scores import Label
from core.services.context import Context
from core.servinglog.record import Mode, ServingLog


@dataclass(frozen=True, slots=True)
class BackendAnswer:
    """A backend's answer for one text: scores or `error`, never both. `total_ms` is None if the
    call failed; it does not include loading a model or the first connection.

    `error_kind` is None for an error before the call, for example a missing package or key. The
    last `unread_chars` characters were not read.
    """

    backend: str
    at: datetime
    total_ms: float | None = None
    scores: Mapping[Label, float] = field(default_factory=dict)
    other_scores: Mapping[str, float] = field(default_factory=dict)
    error: str | None = None
    error_kind: ErrorKind | None = None
    info: BackendInfo | None = None
    model_version: str | None = None
    unread_chars: int = 0


@dataclass(frozen=True, slots=True)
class TrialResult:
    """An answer and the action that would follow, with the rules that lead to it. Without scores
    `rules` is empty, and the action is the failure policy's if no text rule decides."""

    answer: BackendAnswer
    action: Action
    rules: tuple[Rule, ...] = ()
    text_rules: tuple[TextRule, ...] = ()


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The results of several backends for one comment under the policy in force."""

    tried: tuple[TrialResult, ...]
    policy: Policy


class SpareBackends:
    """Backends used only for trials: made and loaded at their first call, with separate connections
    and circuits and without a cache. Threads may share it.

    Every call is in the serving log with Mode.TRIAL, which figures of live traffic leave out.
    """

    def __init__(self, make: Callable[[str], Backend], log: ServingLog, clock: Clock) -> None:
        self._make = make
        self._log = log
        self._clock = clock
        self._lock = Lock()
        self._kept: dict[str, Backend] = {}
        self._heard: dict[str, BackendAnswer] = {}

    @property
    def heard(self) -> Mapping[str, BackendAnswer]:
        """For each backend, the last answer that shows its state. Errors about a single text are
        left out: the backend answered."""
        return dict(self._heard)

    def check(self, name: str) -> BackendAnswer:
        """Ask for the model's version and score harmless texts, over new connections."""
        self._drop(name, only_remote=True)
        (answer,) = self.ask([name], PROBE)
        return answer

    def ask(self, names: Sequence[str], text: str) -> tuple[BackendAnswer, ...]:
        """One answer for each name. Remote services are called at the same time; models in this
        process one after the other, so that none is timed while another uses the processor."""
        with ThreadPoolExecutor(max(1, len(names)), thread_name_prefix="trial") as pool:
            ready = dict(zip(names, pool.map(self._ready, names), strict=True))
            waiting = {
                name: pool.submit(self._asked, name, backend, text)
                for name, backend in ready.items()
                if not isinstance(backend, BackendAnswer) and not _is_here(backend)
            }
            found = {name: future.result() for name, future in waiting.items()}
        for name, backend in ready.items():
            if isinstance(backend, BackendAnswer):
                found[name] = backend
            elif _is_here(backend):
                found[name] = self._asked(name, backend, text)
        self._heard |= {
            name: answer for name, answer in found.items() if answer.error_kind not in ANSWERS
        }
        return tuple(found[name] for name in names)

    def close(self) -> None:
        """Close every backend."""
        for name in tuple(self._kept):
            self._drop(name)

    def _ready(self, name: str) -> Backend | BackendAnswer:
        """The backend after a first call, so that the timed call includes neither the first
        connection and check of answers (a service) nor the first run (a model). If that fails, the
        failed answer."""
        with self._lock:
            backend = self._kept.get(name)
        if backend is not None:
            return backend
        try:
            backend = self._make(name)
            if _is_here(backend):
                backend.load()
        except ConsoleError as error:
            return self._failed(name, error)
        first = self._asked(name, backend, PROBE)
        if first.error is not None:
            backend.close()
            return first
        with self._lock:
            kept = self._kept.setdefault(name, backend)
        if kept is not backend:  # another thread made it at the same time
            backend.close()
        return kept

    def _asked(self, name: str, backend: Backend, text: str) -> BackendAnswer:
        scorer = Scorer(backend, self._log, self._clock)
        call = scorer.begin([text], Mode.TRIAL)
        try:
            answer = backend.score([text])
        except ConsoleError as error:
            scorer.fail(call, error)
            return self._failed(name, error, backend)
        total_ms = (self._clock.monotonic() - call.begin_s) * 1000.0
        try:
            (result,) = scorer.end(call, answer)
        except BackendError as error:
            return self._failed(name, error, backend)
        return BackendAnswer(
            backend=name,
            at=self._clock.now(),
            total_ms=total_ms,
            scores=result.scores,
            other_scores=result.other_scores,
            error=result.error,
            error_kind=result.error_kind,
            info=backend.info,
            model_version=result.model_version or backend.info.model_version,
            unread_chars=result.unread_chars,
        )

    def _failed(
        self, name: str, error: ConsoleError, backend: Backend | None = None
    ) -> BackendAnswer:
        # A new backend at the next call, so that an open circuit does not refuse a check by hand.
        self._drop(name, only_remote=True)
        kind = ErrorKind(error.kind) if isinstance(error, BackendError) else None
        info = backend.info if backend is not None else None
        now = self._clock.now()
        return BackendAnswer(name, now, error=str(error), error_kind=kind, info=info)

    def _drop(self, name: str, *, only_remote: bool = False) -> None:
        with self._lock:
            backend = self._kept.get(name)
            if backend is None or (only_remote and _is_here(backend)):
                return
            del self._kept[name]
        backend.close()


def check_backend(actor: Actor, spare: SpareBackends, name: str) -> BackendAnswer:
    """Call one backend now. Raises PermissionDenied."""
    check_can(actor, Permission.COMPARE_BACKENDS)
    return spare.check(name)


def try_comment(
    context: Context, actor: Actor, spare: SpareBackends, names: Sequence[str], text: str
) -> SideBySide:
    """Score an original text with each backend, and apply the policy in force. The text is not
    stored. Raises PermissionDenied, and InvalidInput for a text that could not be a comment."""
    check_can(actor, Permission.COMPARE_BACKENDS)
    text = clean_text(text)
    check_text(text)
    with context.store.read() as reader:
        policy = reader.policy_in_force()
    answers = spare.ask(tuple(dict.fromkeys(names)), text)
    return SideBySide(tuple(_tried(context, text, one, policy) for one in answers), policy)


def _tried(context: Context, text: str, answer: BackendAnswer, policy: Policy) -> TrialResult:
    fired = matcher_of(policy.text_rules).fired(text)
    if answer.error is None:
        verdict = judge_read(answer.scores, policy, unread_chars=answer.unread_chars, fired=fired)
        return TrialResult(answer, verdict.action, verdict.rules, verdict.text_rules)
    result = TextResult(error=answer.error, error_kind=answer.error_kind or ErrorKind.BACKEND)
    # The backend answered but refused this text: held under every failure policy.
    is_down = answer.error_kind not in ANSWERS
    (action,) = context.failure.actions([text], [result], policy, is_down=is_down)
    by_text = judge_unscored(action, policy, fired)
    if by_text is not None:
        return TrialResult(answer, by_text.action, text_rules=by_text.text_rules)
    return TrialResult(answer, action)


def _is_here(backend: Backend) -> bool:
    try:
        return backend.info.location is Location.IN_PROCESS
    except ConsoleError:  # only a local model reads its info from files, which can fail
        return True
