"""Scoring with SQLite and the fake backend: the policy's decisions, and failures."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.errors import BackendError, StoreError
from core.inference.base import BatchResult, ErrorKind, TextResult
from core.inference.fake import POISON, FakeBackend
from core.inference.scorer import Scorer
from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.cases import CaseStatus, CaseTrigger
from core.moderation.comments import Revision
from core.moderation.decisions import DecisionSource
from core.moderation.default_policy import default_policy
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action, Policy
from core.moderation.scores import Label
from core.services.context import Context
from core.services.ingest import ingest
from core.services.policies import ensure_policy
from core.services.score import CHUNK_ROWS, score_waiting
from core.servinglog.memory import MemoryLog
from core.store.sql import SqlStore
from core.store.sql.sqlite.database import SqliteDatabase
from tests.factories import (
    CLEAN,
    HELD,
    REMOVED,
    audit_kinds,
    chain_of,
    decided,
    posted,
    scored,
    unscored,
)
from tests.integration.numbered_comments import NOW, bring_in, comment, counts, latest, status_of
from tests.policies import escalating_policy
from tests.submitting import score_now


def policy_of(services: Services) -> Policy:
    with services.context.store.read() as reader:
        policy = reader.newest_policy()
    assert policy is not None
    return policy


@pytest.mark.parametrize(
    ("text", "action", "trigger"),
    [
        (CLEAN, Action.APPROVE, None),
        (HELD, Action.HOLD, CaseTrigger.HOLD),
        (REMOVED, Action.REMOVE, None),
    ],
)
def test_policy_decides_and_only_a_hold_opens_a_case(
    services: Services, text: str, action: Action, trigger: CaseTrigger | None
) -> None:
    revision = scored(services, text)
    (decision,) = chain_of(services, revision)
    assert (decision.action, decision.source) == (action, DecisionSource.RULE)
    assert (decision.policy_version, decision.model_version) == (1, "fake-1")
    with services.context.store.read() as reader:
        case = reader.case_of(revision.id)
    assert (case.trigger if case else None) is trigger
    if case is not None:
        assert (case.priority, case.label) == (0.95, Label.INSULT)
    assert audit_kinds(services, revision) == [
        AuditKind.COMMENT_STORED,
        AuditKind.DECISION_AUTOMATED,
    ]


def test_rule_that_escalates_opens_an_escalated_case(services: Services) -> None:
    policy = default_policy(NOW)
    policy = escalating_policy(policy, Label.THREAT, 0.7)
    stored = services.context.audit(AuditKind.POLICY_STORED, SYSTEM, "2")
    with services.context.store.write() as tx:
        tx.add_policy(policy, stored)
    revision = scored(services, "I will kill you")
    assert [past.action for past in chain_of(services, revision)] == [Action.ESCALATE]
    assert status_of(services, revision) is CaseStatus.ESCALATED


def test_poisonous_text_is_held_alone_and_says_so(services: Services) -> None:
    bad = posted(services, f"a {POISON} b")
    good = [posted(services, CLEAN) for _ in range(3)]
    report = list(score_waiting(services.context, services.scorer))[-1]
    assert (report.total, report.decided, report.failed) == (4, 4, 1)
    assert report.actions == {Action.APPROVE: 3, Action.HOLD: 1}
    (decision,) = chain_of(services, bad)
    assert decision.source is DecisionSource.FAILURE_POLICY
    assert all(chain_of(services, one)[0].action is Action.APPROVE for one in good)
    with services.context.store.read() as reader:
        case = reader.case_of(bad.id)
    assert case is not None
    assert (case.trigger, case.priority, case.label) == (CaseTrigger.NOT_SCORED, 1.0, None)


def test_scoring_goes_on_after_the_backend_was_down_and_loses_nothing(
    services: Services,
) -> None:
    total = CHUNK_ROWS * 2 + 5
    bring_in(services, *(comment(number) for number in range(total)))
    backend = services.full_model
    assert isinstance(backend, FakeBackend)

    reports = score_waiting(services.context, services.scorer)
    assert next(reports).decided == CHUNK_ROWS
    backend.is_down = True
    with pytest.raises(BackendError):
        next(reports)
    assert counts(services).not_scored_yet == total - CHUNK_ROWS

    backend.is_down = False
    report = list(score_waiting(services.context, services.scorer))[-1]
    assert (report.total, report.decided) == (total - CHUNK_ROWS, total - CHUNK_ROWS)
    assert counts(services).not_scored_yet == 0
    assert list(score_waiting(services.context, services.scorer)) == []


@pytest.mark.parametrize("text", [CLEAN, HELD, REMOVED])
def test_with_the_backend_down_everything_is_held_and_nothing_approved(
    services: Services, text: str
) -> None:
    revision = unscored(services, text)
    (decision,) = chain_of(services, revision)
    assert decision.action is Action.HOLD
    assert decision.source is DecisionSource.FAILURE_POLICY
    assert decision.scores == {}
    assert status_of(services, revision) is CaseStatus.OPEN


class Unsteady(FakeBackend):
    """It does not reach the text `first`, and does not read the last seven characters of others."""

    def score(self, texts: Sequence[str]) -> BatchResult:
        found = super().score(texts)
        unread = [replace(result, unread_chars=7) for result in found.results]
        lost = TextResult(error="no answer", error_kind=ErrorKind.CONNECT)
        pairs = zip(texts, unread, strict=True)
        results = tuple(lost if text == "first" else result for text, result in pairs)
        return BatchResult(results, found.call)


def test_one_text_that_did_not_reach_the_backend_does_not_stop_the_others(
    services: Services,
) -> None:
    """What it did not read whole is held, with how much that is."""
    lost, read = posted(services, "first"), posted(services, CLEAN)
    scorer = Scorer(Unsteady(), MemoryLog(), services.clock)
    with pytest.raises(BackendError, match="no answer"):
        list(score_waiting(services.context, scorer))
    assert chain_of(services, lost) == []
    (decision,) = chain_of(services, read)
    assert (decision.action, decision.unread_chars) == (Action.HOLD, 7)
    assert decision.source is DecisionSource.NOT_READ_WHOLE


def test_audit_of_an_unscored_decision_says_what_failed(services: Services) -> None:
    down, fine = unscored(services), scored(services, HELD)
    bad = scored(services, f"{POISON} {HELD}")
    assert [automated(services, one).data["error"] for one in (down, bad, fine)] == [
        "backend",
        "backend",
        "",
    ]


def automated(services: Services, revision: Revision) -> AuditEvent:
    with services.context.store.read() as reader:
        trail = reader.audit_trail(revision.id)
    return next(event for event in trail if event.kind is AuditKind.DECISION_AUTOMATED)


def test_scoring_twice_decides_once(services: Services) -> None:
    revision = posted(services, HELD)
    score_now(services.context, services.scorer, policy_of(services), [revision])
    score_now(services.context, services.scorer, policy_of(services), [revision])
    assert len(chain_of(services, revision)) == 1
    assert audit_kinds(services, revision).count(AuditKind.DECISION_AUTOMATED) == 1


def test_text_edited_while_it_was_scored_gets_neither_decision_nor_case(
    services: Services,
) -> None:
    bring_in(services, comment(1, HELD))
    old = latest(services, 1)

    class Slow(FakeBackend):
        """The author is quicker than its first answer."""

        def score(self, texts: Sequence[str]) -> BatchResult:
            bring_in(services, comment(1, CLEAN))
            return super().score(texts)

    scorer = Scorer(Slow(), MemoryLog(), services.clock)
    reports = list(score_waiting(services.context, scorer))
    assert chain_of(services, old) == []
    assert status_of(services, old) is None
    assert [past.action for past in chain_of(services, latest(services, 1))] == [Action.APPROVE]
    assert reports[-1].decided == 1


def test_audit_trail_never_holds_the_text(services: Services) -> None:
    revision = scored(services, "SECRET idiot")
    decided(services, revision, Action.REMOVE, note="SECRET note")
    with services.context.store.read() as reader:
        assert "SECRET" not in repr(reader.audit_trail(revision.id))


def test_without_a_policy_nothing_is_decided(services: Services, tmp_path: Path) -> None:
    store = SqlStore(SqliteDatabase(tmp_path / "bare" / "state.db"))
    bare = Context(store, services.clock, appeal_window_days=10)
    list(ingest(bare, SYSTEM, [comment(1)]))
    with pytest.raises(StoreError, match="no policy in force"):
        list(score_waiting(bare, services.scorer))
    with store.read() as reader:
        assert reader.count_waiting() == 1
    store.close()


def test_policy_is_stored_once(services: Services) -> None:
    ensure_policy(services.context)
    ensure_policy(services.context)
    with services.context.store.read() as reader:
        assert [event.kind for event in reader.audit_trail("1")] == [AuditKind.POLICY_STORED]
