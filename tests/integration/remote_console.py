"""A console with a remote backend, and the checks of comments it could not score."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.bootstrap.services import Services
from core.clock import Clock, system_clock
from core.inference.base import Backend, ErrorKind
from core.inference.remote.backend import RemoteBackend
from core.inference.resilience.circuit import CircuitRule
from core.inference.scorer import Scorer
from core.moderation.cases import CaseStatus, CaseTrigger
from core.moderation.comments import Revision
from core.moderation.decisions import DecisionSource
from core.moderation.policies import Action
from core.services.queries import load_case
from core.services.rescore import rescore
from core.servinglog.memory import MemoryLog
from dashboard.review.plain.why_flagged import unscored_line
from dashboard.wording import FAILURES
from tests.contract.remote_configs import config_of, open_remote
from tests.factories import CLEAN, MODERATOR, REMOVED, chain_of, posted
from tests.patience import PATIENT_S
from tests.submitting import score_now

NEVER_OPENS = CircuitRule(failure_limit=10_000)


class Sleeper:
    """A clock on which sleeping takes no real time."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def clock(self) -> Clock:
        real = system_clock().monotonic
        return Clock(now=lambda: datetime.now(UTC), monotonic=lambda: real() + sum(self.slept))


@dataclass
class Console:
    """A console with its own backend and serving log."""

    services: Services
    sleeper: Sleeper = field(default_factory=Sleeper)
    log: MemoryLog = field(default_factory=MemoryLog)

    def scorer(self, backend: Backend) -> Scorer:
        return Scorer(backend, self.log, self.services.clock)

    def backend(self, folder: Path, url: str, kind: str = "tei", **more: Any) -> Backend:
        """The backend, with a circuit that never opens; tests of timeouts pass a short one."""
        times = {
            "connect_timeout_s": PATIENT_S,
            "timeout_s": PATIENT_S,
            "total_s": 4 * PATIENT_S,
            "loading_s": 20,
        }
        config = config_of(folder, url, kind, **{**times, **more})
        return open_remote(
            config, self.sleeper.clock(), sleep=self.sleeper.sleep, circuit_rule=NEVER_OPENS
        )

    def decide_now(self, scorer: Scorer, *texts: str) -> list[Revision]:
        revisions = [posted(self.services, text) for text in texts]
        with self.services.context.store.read() as reader:
            policy = reader.newest_policy()
        assert policy is not None
        score_now(self.services.context, scorer, policy, revisions)
        return revisions

    def waiting(self) -> int:
        with self.services.context.store.read() as reader:
            return reader.count_waiting()


def checked(backend: Backend) -> Backend:
    """Marks the backend's first check as done, so that only the fault is tested."""
    assert isinstance(backend, RemoteBackend)
    backend._is_checked = True
    return backend


def check_held(
    console: Console, failing: Backend, kind: ErrorKind, attempts: int
) -> list[Revision]:
    """Checks that both comments are held with the reason, none waits and none is approved."""
    revisions = console.decide_now(console.scorer(failing), CLEAN, REMOVED)
    assert console.waiting() == 0
    for revision in revisions:
        (decision,) = chain_of(console.services, revision)
        assert (decision.action, decision.source) == (Action.HOLD, DecisionSource.FAILURE_POLICY)
        assert decision.scores == {}
        view = load_case(console.services.context, MODERATOR, revision.id)
        assert (view.case.trigger, view.case.status) == (CaseTrigger.NOT_SCORED, CaseStatus.OPEN)
        assert view.failure is kind
        line = (
            f"This comment could not be scored: {FAILURES[kind]}; a person decides without scores."
        )
        assert unscored_line(view) == line
    record = console.log.records[0]
    assert (record.error_kind, record.attempts, record.batch_size) == (kind, attempts, 2)
    return revisions


def check_scored(console: Console, well: Backend, revisions: list[Revision]) -> None:
    """Checks that both comments are decided by rule once a backend answers."""
    list(rescore(console.services.context, console.scorer(well)))
    for revision in revisions:
        decision = chain_of(console.services, revision)[-1]
        expected = Action.APPROVE if revision.text == CLEAN else Action.REMOVE
        assert (decision.action, decision.source) == (expected, DecisionSource.RULE)
        assert decision.scores
        with console.services.context.store.read() as reader:
            case = reader.case_of(revision.id)
        assert case is not None
        assert case.status is CaseStatus.CLOSED
    well.close()
