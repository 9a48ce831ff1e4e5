"""What a report leads to, and which ones are refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import InvalidInput
from core.moderation.appeals import Appeal, AppealStatus
from core.moderation.cases import Attention, Case, CaseStatus, CaseTrigger
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.effect import approval_by_person, standing
from core.moderation.openings import (
    APPROVED_PRIORITY,
    REPORTED_PRIORITY,
    reopened_case,
    reported_case,
)
from core.moderation.policies import Action
from core.moderation.reports import (
    IncomingReport,
    ReportOutcome,
    check_because,
    check_report,
    outcome_of_report,
)
from core.moderation.sampling import FLAGGED, Sampling, SamplingReason
from tests.policies import fixed_policy

NOW = datetime(2026, 11, 2, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
POLICY = fixed_policy(NOW)
A, E, H, R = Action.APPROVE, Action.ESCALATE, Action.HOLD, Action.REMOVE
APPEAL = Appeal("a", "d1", "r", "Please.", AppealStatus.OVERTURNED, NOW, NOW)
SENT = IncomingReport("una", "harassment", source="site", source_id="1")
ONE = Attention(user_reports=1)


def chain(*steps: str) -> list[Decision]:
    """Decisions as `action` by the model, `action!` by a person; `undo` by a person."""
    made: list[Decision] = []
    for number, step in enumerate(steps):
        left = standing(made)
        is_undo = step == "undo"
        action = left[-2].action if is_undo else Action(step.removesuffix("!"))
        is_person = is_undo or step.endswith("!")
        made.append(
            Decision(
                id=f"d{number}",
                revision_id="r",
                action=action,
                source=DecisionSource.REVIEWER if is_person else DecisionSource.RULE,
                actor="mina" if is_person else "system",
                policy_version=1,
                decided_at=NOW + timedelta(minutes=number),
                reason_code="harassment" if action is R else None,
                supersedes=made[-1].id if made else None,
                undoes=left[-1].id if is_undo else None,
            )
        )
    return made


def case(status: CaseStatus) -> Case:
    return Case("c", "r", status, CaseTrigger.HOLD, 0.8, None, NOW)


@pytest.mark.parametrize(
    ("status", "steps", "appeal", "outcome"),
    [
        (None, (), None, ReportOutcome.RECORDED),
        (None, ("approve",), None, ReportOutcome.OPENED),
        (None, ("remove",), None, ReportOutcome.RECORDED),
        (CaseStatus.OPEN, ("hold",), None, ReportOutcome.JOINED),
        (CaseStatus.OPEN, ("approve",), None, ReportOutcome.JOINED),
        (CaseStatus.ESCALATED, ("hold", "escalate!"), None, ReportOutcome.JOINED),
        (CaseStatus.CLOSED, ("hold", "approve!"), None, ReportOutcome.OPENED),
        (CaseStatus.CLOSED, ("hold", "remove!"), None, ReportOutcome.RECORDED),
        (CaseStatus.CLOSED, ("hold", "remove!", "approve!"), APPEAL, ReportOutcome.RECORDED),
    ],
)
def test_outcome(
    status: CaseStatus | None,
    steps: tuple[str, ...],
    appeal: Appeal | None,
    outcome: ReportOutcome,
) -> None:
    known = case(status) if status else None
    found = outcome_of_report(known, chain(*steps), appeal, is_muted=False)
    assert found is outcome
    muted = outcome_of_report(known, chain(*steps), appeal, is_muted=True)
    assert muted is ReportOutcome.RECORDED


@pytest.mark.parametrize(
    ("steps", "last", "is_approved"),
    [
        (("approve",), 0, False),
        (("hold", "approve!"), 1, True),
        (("hold", "approve!", "undo"), 0, False),
        (("approve", "hold!", "undo"), 0, False),
        (("approve", "hold!", "undo", "hold!", "undo"), 0, False),
        (("approve", "approve!", "remove!", "undo"), 1, True),
        (("hold", "approve!", "hold!", "remove!", "undo", "undo"), 1, True),
        (("hold", "approve!", "hold!", "undo", "undo"), 0, False),
        (("hold", "remove!"), 1, False),
    ],
)
def test_approval_by_a_person_is_one_that_holds(
    steps: tuple[str, ...], last: int, is_approved: bool
) -> None:
    made = chain(*steps)
    assert standing(made)[-1] is made[last]
    assert (approval_by_person(made) is made[last]) is is_approved
    assert approval_by_person([]) is None


def test_case_opened_by_a_report_on_what_the_model_approved() -> None:
    opened = reported_case(None, chain("approve"), ONE, opened_at=LATER, new_id="new")
    assert (opened.id, opened.status, opened.trigger) == (
        "new", CaseStatus.OPEN, CaseTrigger.REPORT,
    )  # fmt: skip
    assert (opened.priority, opened.label, opened.opened_at) == (REPORTED_PRIORITY, None, LATER)
    assert (opened.sampling, opened.report_count) == (Sampling(SamplingReason.REPORT), 1)


def test_case_opened_by_a_report_on_what_a_person_approved_is_low_and_waits_from_then() -> None:
    before = case(CaseStatus.CLOSED)
    opened = reported_case(before, chain("hold", "approve!"), ONE, opened_at=LATER, new_id="new")
    assert (opened.id, opened.priority, opened.opened_at) == ("c", APPROVED_PRIORITY, LATER)
    assert opened.sampling == FLAGGED, "a person first saw it because it was held"


def test_sampling_changes_until_a_person_has_decided() -> None:
    """A case that the model itself closed was never looked at."""
    before = case(CaseStatus.CLOSED)
    opened = reported_case(before, chain("hold", "approve"), ONE, opened_at=LATER, new_id="new")
    assert opened.sampling == Sampling(SamplingReason.REPORT)


def test_reopened_case_waits_from_then_and_keeps_its_sampling() -> None:
    audit = Sampling(SamplingReason.AUDIT, 0.01)
    before = replace(case(CaseStatus.CLOSED), trigger=CaseTrigger.BLIND, sampling=audit)
    reopening = chain("approve", "approve!", "hold!")[-1]
    opened = reopened_case(before, reopening, ONE, opened_at=LATER, new_id="new")
    assert (opened.id, opened.trigger, opened.opened_at, opened.sampling) == (
        "c", CaseTrigger.REOPENED, LATER, audit,
    )  # fmt: skip
    fresh = reopened_case(None, reopening, ONE, opened_at=LATER, new_id="new")
    assert (fresh.id, fresh.priority) == ("new", 1.0)
    assert fresh.sampling == Sampling(SamplingReason.REOPENED)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reporter": ""}, "`reporter` must have 1 to 200 visible characters"),
        ({"reporter": "\u200b"}, "`reporter` must have 1 to 200 visible characters"),
        ({"reporter": "x" * 201}, "`reporter` must have 1 to 200 visible characters"),
        ({"reporter": "a\nb"}, "`reporter` holds a control character"),
        ({"reason_code": "rudeness"}, "`reason` must be one of "),
        ({"words": "x" * 2_001}, "`words` has more than 2,000 characters"),
        ({"words": "a\0b"}, "`words` holds a NUL character"),
        ({"words": "\ud800"}, "`words` holds a NUL character or a lone surrogate"),
    ],
)
def test_report_that_cannot_be_taken_names_the_field(changes: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_report(replace(SENT, **changes), POLICY)
    assert str(refused.value).startswith(said)


def test_report_is_trimmed_and_may_have_no_words_or_another_reason() -> None:
    assert check_report(replace(SENT, words="  Look. \n"), POLICY).words == "Look."
    assert check_report(replace(SENT, words=" \u200b "), POLICY).words == ""
    assert check_report(replace(SENT, reason_code="other"), POLICY).reason_code == "other"
    assert check_report(replace(SENT, words="x" * 2_000), POLICY).words == "x" * 2_000


def test_muting_needs_a_reason() -> None:
    assert check_because(" Reports whatever it reads. ") == "Reports whatever it reads."
    for wrong in ("", " ", "x" * 501, "\0"):
        with pytest.raises(InvalidInput, match="because"):
            check_because(wrong)
