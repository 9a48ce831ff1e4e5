"""Which automated decisions open a case, why, and with what probability."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import RuleBroken
from core.moderation.cases import Attention, Case, CaseStatus, CaseTrigger
from core.moderation.decisions import Decision, DecisionSource, Verdict
from core.moderation.openings import (
    APPROVED_PRIORITY,
    BLIND_PRIORITY,
    REPORTED_PRIORITY,
    case_after,
)
from core.moderation.policies import Action, Policy
from core.moderation.sampling import (
    FLAGGED,
    DrawPurpose,
    Sampling,
    SamplingReason,
    SamplingShares,
    draw,
)
from core.moderation.scores import Label
from tests.policies import fixed_policy

NOW = datetime(2026, 11, 2, tzinfo=UTC)
POLICY: Policy = fixed_policy(NOW)
ALL = SamplingShares(audit=1.0, blind=1.0)
HOLD, APPROVE, ESCALATE, REMOVE = Action.HOLD, Action.APPROVE, Action.ESCALATE, Action.REMOVE
RULES = tuple(rule for rule in POLICY.rules if rule.label is Label.THREAT and rule.action is HOLD)
REPORTED = Attention(user_reports=1)


def decided(
    action: Action, source: DecisionSource = DecisionSource.RULE, *, name: str = "r"
) -> tuple[Decision, Verdict]:
    scores = {Label.THREAT: 0.7} if source is DecisionSource.RULE else {}
    rules = RULES if scores and action is not APPROVE else ()
    decision = Decision(
        id="d", revision_id=name, action=action, source=source, actor="system", policy_version=1,
        decided_at=NOW, scores=scores, reason_code="threat" if action is REMOVE else None,
    )  # fmt: skip
    return decision, Verdict(action, rules)


def opened(
    action: Action,
    source: DecisionSource = DecisionSource.RULE,
    *,
    shares: SamplingShares = ALL,
    attention: Attention = Attention(),  # noqa: B008
    is_bound: bool = False,
    name: str = "r",
) -> Case | None:
    return case_after(
        *decided(action, source, name=name),
        None,
        new_id="c",
        attention=attention,
        shares=shares,
        is_bound=is_bound,
    )


def test_held_and_approved_comments_that_are_drawn_are_stored_alike() -> None:
    held, checked = opened(HOLD), opened(APPROVE)
    assert held is not None
    assert checked is not None
    assert held.is_blind
    assert checked.is_blind
    assert (held.priority, held.label) == (BLIND_PRIORITY, None)
    assert (held.sampling, checked.sampling) == (FLAGGED, Sampling(SamplingReason.AUDIT, 1.0))
    assert replace(held, sampling=None) == replace(checked, sampling=None)


def test_without_draws_a_hold_shows_its_score_and_an_approval_opens_nothing() -> None:
    held = opened(HOLD, shares=SamplingShares())
    assert held is not None
    assert (held.trigger, held.priority, held.label) == (CaseTrigger.HOLD, 0.7, Label.THREAT)
    assert held.sampling == FLAGGED
    assert opened(APPROVE, shares=SamplingShares()) is None


@pytest.mark.parametrize(
    "source", [source for source in DecisionSource if source is not DecisionSource.RULE]
)
def test_only_what_the_scores_alone_decided_is_drawn(source: DecisionSource) -> None:
    assert opened(APPROVE, source) is None
    if source not in (DecisionSource.REVIEWER, DecisionSource.EARLIER_APPROVAL):
        held = opened(HOLD, source)
        assert held is not None
        assert not held.is_blind


def test_what_an_audited_comment_never_shows_is_not_blind() -> None:
    """Escalated by a rule, or bound by a person's decision on an earlier text."""
    escalated, bound = opened(ESCALATE), opened(HOLD, is_bound=True)
    assert escalated is not None
    assert bound is not None
    assert not escalated.is_blind
    assert not bound.is_blind
    assert opened(REMOVE) is None


def test_draw_decides_and_its_share_is_the_stored_probability() -> None:
    names = [f"r{number}" for number in range(500)]
    shares = SamplingShares(audit=0.2, blind=0.4)
    cases = {name: opened(APPROVE, shares=shares, name=name) for name in names}
    audited = {name for name, case in cases.items() if case is not None}
    assert audited == {name for name in names if draw(name, DrawPurpose.AUDIT) < 0.2}
    assert {case.sampling for case in cases.values() if case} == {
        Sampling(SamplingReason.AUDIT, 0.2)
    }
    held = {name: opened(HOLD, shares=shares, name=name) for name in names}
    blind = {name for name, case in held.items() if case is not None and case.is_blind}
    assert blind == {name for name in names if draw(name, DrawPurpose.BLIND) < 0.4}
    assert {case.sampling for case in held.values() if case} == {FLAGGED}


def test_report_that_came_before_the_decision_opens_the_case_then() -> None:
    none = SamplingShares()
    reported = opened(APPROVE, shares=none, attention=REPORTED)
    assert reported is not None
    assert (reported.trigger, reported.priority) == (CaseTrigger.REPORT, REPORTED_PRIORITY)
    assert reported.sampling == Sampling(SamplingReason.REPORT)
    again = opened(APPROVE, DecisionSource.EARLIER_APPROVAL, shares=none, attention=REPORTED)
    assert again is not None
    assert again.priority == APPROVED_PRIORITY
    held = opened(HOLD, shares=none, attention=REPORTED)
    assert held is not None
    assert (held.trigger, held.report_count) == (CaseTrigger.HOLD, 1)


def test_rescored_comment_keeps_its_case_while_it_is_reported_or_drawn() -> None:
    before = opened(HOLD, DecisionSource.FAILURE_POLICY)
    assert before is not None
    before = replace(before, id="old", opened_at=NOW.replace(year=2025))
    for attention, shares, status in (
        (Attention(), SamplingShares(), CaseStatus.CLOSED),
        (REPORTED, SamplingShares(), CaseStatus.OPEN),
        (Attention(), ALL, CaseStatus.OPEN),
    ):
        after = case_after(
            *decided(APPROVE), before, new_id="c", attention=attention, shares=shares
        )
        assert after is not None
        assert (after.id, after.status, after.opened_at) == ("old", status, before.opened_at)


def test_closed_case_takes_no_automated_decision() -> None:
    before = opened(HOLD)
    assert before is not None
    with pytest.raises(RuleBroken):
        case_after(*decided(APPROVE), replace(before, status=CaseStatus.CLOSED), new_id="c")
