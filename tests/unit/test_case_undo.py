"""The case after an undo: as it was before the decision, with the reports that came meanwhile."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.moderation.cases import Attention, Case, CaseStatus, CaseTrigger
from core.moderation.openings import APPROVED_PRIORITY, REPORTED_PRIORITY, case_after_undo
from core.moderation.sampling import FLAGGED, Sampling, SamplingReason
from core.moderation.scores import Label
from tests.policies import fixed_policy
from tests.unit.test_reports import chain

NOW = datetime(2026, 11, 1, tzinfo=UTC)
OPEN, ESCALATED, CLOSED = CaseStatus.OPEN, CaseStatus.ESCALATED, CaseStatus.CLOSED
HOLD, REPORT, BLIND = CaseTrigger.HOLD, CaseTrigger.REPORT, CaseTrigger.BLIND
REOPENED = CaseTrigger.REOPENED
AUDIT = Sampling(SamplingReason.AUDIT, 0.01)
MORE = Attention(replies=1, user_reports=2)
RULE = next(rule for rule in fixed_policy(NOW).rules if rule.id == "threat-hold")


def undone(
    trigger: CaseTrigger,
    *steps: str,
    sampling: Sampling = FLAGGED,
    was_reopening: bool = False,
    is_reported_since: bool = False,
) -> Case:
    before = Case("c", "r", CLOSED, trigger, 0.3, None, NOW, sampling=sampling)
    made = chain(*steps, "undo")
    first = replace(made[0], scores={Label.THREAT: 0.7})
    return case_after_undo(
        before,
        [first, *made[1:]],
        MORE,
        rules=[RULE],
        was_reopening=was_reopening,
        is_reported_since=is_reported_since,
    )


@pytest.mark.parametrize(
    ("trigger", "steps", "status"),
    [
        (HOLD, ("hold", "remove!"), OPEN),
        (HOLD, ("hold", "escalate!", "approve!"), ESCALATED),
        (REPORT, ("approve", "remove!"), OPEN),
        (BLIND, ("approve", "approve!"), OPEN),
        (BLIND, ("hold", "approve!"), OPEN),
        (REOPENED, ("remove", "hold!", "approve!"), OPEN),
    ],
)
def test_undone_decision_leaves_the_case_as_it_was(
    trigger: CaseTrigger, steps: tuple[str, ...], status: CaseStatus
) -> None:
    case = undone(trigger, *steps)
    assert (case.status, case.trigger, case.priority) == (status, trigger, 0.3)
    assert (case.opened_at, case.attention) == (NOW, MORE)


@pytest.mark.parametrize("first", ["approve", "remove"])
def test_undone_reopening_closes_the_case(first: str) -> None:
    case = undone(REOPENED, first, "hold!", was_reopening=True)
    assert (case.status, case.opened_at) == (CLOSED, NOW)


def test_report_since_the_reopening_keeps_an_approved_comments_case_open() -> None:
    case = undone(REOPENED, "approve", "hold!", was_reopening=True, is_reported_since=True)
    assert (case.status, case.trigger, case.priority) == (OPEN, REPORT, REPORTED_PRIORITY)
    by_person = undone(
        REOPENED, "hold", "approve!", "hold!", was_reopening=True, is_reported_since=True
    )
    assert (by_person.trigger, by_person.priority) == (REPORT, APPROVED_PRIORITY)
    removed = undone(REOPENED, "remove", "hold!", was_reopening=True, is_reported_since=True)
    assert removed.status is CLOSED


def test_second_undo_brings_an_audit_back_as_one() -> None:
    steps = ("approve", "approve!", "hold!", "undo")
    audit = undone(REOPENED, *steps, sampling=AUDIT)
    assert (audit.status, audit.trigger, audit.sampling) == (OPEN, BLIND, AUDIT)
    reported = undone(REOPENED, *steps, sampling=Sampling(SamplingReason.REPORT))
    assert (reported.status, reported.trigger) == (OPEN, REPORT)


def test_held_comment_that_was_reported_after_its_approval_gets_its_severity_back() -> None:
    case = undone(REPORT, "hold", "approve!")
    assert (case.status, case.trigger, case.priority, case.label) == (
        OPEN, HOLD, 0.7, Label.THREAT,
    )  # fmt: skip
    assert (case.id, case.opened_at, case.attention, case.sampling) == ("c", NOW, MORE, FLAGGED)
