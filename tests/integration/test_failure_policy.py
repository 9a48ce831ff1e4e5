"""Outages under each failure policy, and rescoring of the comments decided then."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.errors import BackendError
from core.inference.base import BatchResult, ErrorKind, TextResult
from core.inference.fake import POISON, FakeBackend
from core.inference.scorer import Scorer
from core.moderation.audit import AuditKind
from core.moderation.cases import Case, CaseStatus, CaseTrigger
from core.moderation.comments import Revision
from core.moderation.decisions import DecisionSource, is_override
from core.moderation.failure_policy import FailurePolicy
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action, Policy
from core.moderation.scores import Label
from core.services.context import Context
from core.services.failure import FailureRule
from core.services.queries import load_case
from core.services.rescore import RescoringReport, rescore
from core.services.score import CHUNK_ROWS
from core.serving.rescoring import Rescoring
from core.servinglog.memory import MemoryLog
from tests.factories import (
    CLEAN,
    HELD,
    MODERATOR,
    REMOVED,
    chain_of,
    decided,
    make_services,
    posted,
)
from tests.policies import escalating_policy
from tests.submitting import score_now


class Wordy:
    """A first stage that clears texts without "idiot"."""

    def clears(self, texts: Sequence[str], policy: Policy) -> Sequence[bool]:
        return ["idiot" not in text for text in texts]


class Site:
    """Services with a separate fake backend, under a failure policy."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.fake = FakeBackend()
        self.scorer = Scorer(self.fake, MemoryLog(), services.clock)
        self.context = services.context

    def choose(self, policy: FailurePolicy) -> None:
        rule = FailureRule(policy, Wordy())
        self.context = replace(self.services.context, failure=rule)

    def decide(self, *texts: str, is_down: bool) -> list[Revision]:
        revisions = [posted(self.services, text) for text in texts]
        with self.context.store.read() as reader:
            policy = reader.newest_policy()
        assert policy is not None
        self.fake.is_down = is_down
        score_now(self.context, self.scorer, policy, revisions)
        self.fake.is_down = False
        return revisions

    def actions(self, revisions: Sequence[Revision]) -> list[Action]:
        return [chain_of(self.services, revision)[-1].action for revision in revisions]

    def case(self, revision: Revision) -> Case | None:
        with self.context.store.read() as reader:
            return reader.case_of(revision.id)

    def rescore(self) -> RescoringReport | None:
        reports = list(rescore(self.context, self.scorer))
        return reports[-1] if reports else None


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    services = make_services(tmp_path)
    yield Site(services)
    services.context.store.close()


A, H = Action.APPROVE, Action.HOLD


@pytest.mark.parametrize(
    ("policy", "actions"),
    [
        (FailurePolicy.HOLD, [H, H, H]),
        (FailurePolicy.APPROVE, [A, A, A]),
        (FailurePolicy.FIRST_STAGE_ONLY, [A, H, A]),
    ],
)
def test_policy_decides_in_an_outage_and_every_use_is_on_record(
    site: Site, policy: FailurePolicy, actions: list[Action]
) -> None:
    site.choose(policy)
    revisions = site.decide(CLEAN, HELD, REMOVED, is_down=True)
    assert site.actions(revisions) == actions
    for revision in revisions:
        (decision,) = chain_of(site.services, revision)
        assert decision.source is DecisionSource.FAILURE_POLICY
        with site.context.store.read() as reader:
            event = reader.audit_trail(revision.id)[-1]
        assert event.kind is AuditKind.DECISION_AUTOMATED
        assert (event.data["failure_policy"], event.data["error"]) == (policy, "backend")
        assert (site.case(revision) is None) is (decision.action is A)
    log = site.scorer._log
    assert isinstance(log, MemoryLog)
    assert log.records[0].error_kind == "backend"


@pytest.mark.parametrize("policy", FailurePolicy)
def test_text_that_breaks_the_backend_is_held_under_every_policy(
    site: Site, policy: FailurePolicy
) -> None:
    site.choose(policy)
    revisions = site.decide(CLEAN, f"{POISON} fine", CLEAN, is_down=False)
    assert site.actions(revisions) == [A, H, A]
    assert site.decide(f"{POISON} alone", is_down=False)
    assert site.actions(revisions) == [A, H, A]


@pytest.mark.parametrize("policy", FailurePolicy)
def test_all_come_back_into_scoring(site: Site, policy: FailurePolicy) -> None:
    site.choose(policy)
    revisions = site.decide(*[CLEAN, HELD, REMOVED] * 7, is_down=True)
    report = site.rescore()
    assert report is not None
    assert (report.decided, report.failed) == (21, set())
    assert site.actions(revisions) == [Action.APPROVE, Action.HOLD, Action.REMOVE] * 7
    for revision in revisions:
        failed, scored = chain_of(site.services, revision)
        assert (scored.source, scored.supersedes) == (DecisionSource.RULE, failed.id)
        assert scored.scores
        case = site.case(revision)
        if scored.action is Action.HOLD:
            assert case is not None
            assert (case.status, case.trigger) == (CaseStatus.OPEN, CaseTrigger.HOLD)
            assert (case.priority, case.label) == (0.95, Label.INSULT)
            assert load_case(site.context, MODERATOR, revision.id).automated == scored
        else:
            assert case is None or case.status is CaseStatus.CLOSED
    assert site.rescore() is None


def test_escalating_rule_hands_a_late_score_up(site: Site) -> None:
    with site.context.store.write() as tx:
        policy = tx.newest_policy()
        assert policy is not None
        newer = escalating_policy(policy, Label.THREAT, 0.7)
        tx.add_policy(newer, site.context.audit(AuditKind.POLICY_STORED, SYSTEM, "2"))
    (revision,) = site.decide("I will kill you", is_down=True)
    site.rescore()
    case = site.case(revision)
    assert case is not None
    assert (case.status, case.label) == (CaseStatus.ESCALATED, Label.THREAT)


def test_what_a_person_decided_is_left_alone(site: Site) -> None:
    (revision,) = site.decide(REMOVED, is_down=True)
    decided(site.services, revision, Action.APPROVE)
    assert site.rescore() is None
    assert len(chain_of(site.services, revision)) == 2


def test_person_who_is_quicker_than_the_score_wins(site: Site) -> None:
    (revision,) = site.decide(REMOVED, is_down=True)

    class Slow(FakeBackend):
        """A person decides while it thinks."""

        def score(self, texts: Sequence[str]) -> BatchResult:
            decided(site.services, revision, Action.APPROVE)
            return super().score(texts)

    site.scorer = Scorer(Slow(), MemoryLog(), site.services.clock)
    report = site.rescore()
    assert report is not None
    assert report.decided == 0
    assert chain_of(site.services, revision)[-1].actor == MODERATOR.id


def test_override_is_measured_against_the_late_score(site: Site) -> None:
    (revision,) = site.decide(HELD, is_down=True)
    site.rescore()
    chain = chain_of(site.services, revision)
    assert is_override(decided(site.services, revision, Action.REMOVE), chain)


def test_what_fails_again_stays_held_and_does_not_stop_others(site: Site) -> None:
    bad = site.decide(f"{POISON} one", is_down=True)
    good = site.decide(*[CLEAN] * (CHUNK_ROWS + 3), is_down=True)
    report = site.rescore()
    assert report is not None
    assert (report.decided, report.failed) == (CHUNK_ROWS + 3, {bad[0].id})
    assert site.actions(bad + good) == [H] + [A] * (CHUNK_ROWS + 3)
    assert len(chain_of(site.services, bad[0])) == 1


def test_outage_in_the_middle_leaves_the_rest_for_the_next_time(site: Site) -> None:
    revisions = site.decide(*[CLEAN] * (CHUNK_ROWS + 5), is_down=True)
    reports = rescore(site.context, site.scorer)
    assert next(reports).decided == CHUNK_ROWS
    site.fake.is_down = True
    with pytest.raises(BackendError):
        next(reports)
    assert site.actions(revisions) == [A] * CHUNK_ROWS + [H] * 5
    site.fake.is_down = False
    site.rescore()
    assert site.actions(revisions) == [A] * (CHUNK_ROWS + 5)


def test_limit_in_the_middle_of_a_chunk_keeps_what_was_scored(site: Site) -> None:
    revisions = site.decide(CLEAN, CLEAN, CLEAN, is_down=True)

    class Limited(FakeBackend):
        """Scores one text, and is then asked too often."""

        def score(self, texts: Sequence[str]) -> BatchResult:
            answer = super().score(texts)
            cut = TextResult(error="asked too often", error_kind=ErrorKind.RATE_LIMITED)
            return BatchResult((answer.results[0], *[cut] * (len(texts) - 1)), answer.call)

    limited = Scorer(Limited(), MemoryLog(), site.services.clock)
    reports = rescore(site.context, limited)
    report = next(reports)
    assert (report.decided, report.failed) == (1, set())
    with pytest.raises(BackendError, match="asked too often"):
        next(reports)
    rescoring = Rescoring(site.context, limited, every_s=3600)
    assert rescoring.look() == 1
    assert rescoring.look() == 1
    assert site.actions(revisions) == [A, A, A]


def test_rescoring_while_the_api_runs_waits_for_a_backend_that_is_well(site: Site) -> None:
    revisions = site.decide(CLEAN, f"{POISON} two", is_down=True)
    asked: list[int] = []

    class Counting(FakeBackend):
        def score(self, texts: Sequence[str]) -> BatchResult:
            asked.append(len(texts))
            return super().score(texts)

    fake = Counting()
    rescoring = Rescoring(
        site.context, Scorer(fake, MemoryLog(), site.services.clock), every_s=3600
    )
    fake.is_down = True
    assert rescoring.look() == 0
    assert asked == []
    fake.is_down = False
    assert rescoring.look() == 1
    assert site.actions(revisions) == [A, H]
    asked.clear()
    assert rescoring.look() == 0
    assert asked == []  # the one that fails again is left to people


def test_rescoring_runs_on_its_own_and_stops(site: Site) -> None:
    (revision,) = site.decide(CLEAN, is_down=True)
    rescoring = Rescoring(site.context, site.scorer, every_s=0.01)
    rescoring.start()
    for _ in range(500):
        if len(chain_of(site.services, revision)) == 2:
            break
    rescoring.stop()
    assert site.actions([revision]) == [A]


def test_context_holds_by_default(site: Site) -> None:
    context: Context = site.services.context
    assert context.failure.policy is FailurePolicy.HOLD
    assert ErrorKind("circuit_open") is ErrorKind.CIRCUIT_OPEN
