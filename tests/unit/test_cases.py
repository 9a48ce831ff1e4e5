"""Changes of a case's status, its priority, and its status after an undo."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import RuleBroken
from core.moderation.cases import (
    CLOSINGS,
    TRANSITIONS,
    Case,
    CaseStatus,
    CaseTrigger,
    TextGone,
    closed_case,
    next_status,
    status_after_undo,
    status_for,
)
from core.moderation.decisions import Verdict, judge
from core.moderation.openings import priority
from core.moderation.policies import Action
from core.moderation.scores import Label
from tests.policies import fixed_policy

POLICY = fixed_policy(datetime(2026, 11, 1, tzinfo=UTC))
OPEN, ESCALATED, CLOSED = CaseStatus.OPEN, CaseStatus.ESCALATED, CaseStatus.CLOSED

# Every status with every action: where it leads, or None where it is refused.
MOVES: dict[tuple[CaseStatus, Action], CaseStatus | None] = {
    (OPEN, Action.APPROVE): CLOSED,
    (OPEN, Action.REMOVE): CLOSED,
    (OPEN, Action.ESCALATE): ESCALATED,
    (OPEN, Action.HOLD): None,  # it is on hold
    (ESCALATED, Action.APPROVE): CLOSED,
    (ESCALATED, Action.REMOVE): CLOSED,
    (ESCALATED, Action.ESCALATE): None,  # it is escalated
    (ESCALATED, Action.HOLD): None,  # nobody hands it back down
    (CLOSED, Action.APPROVE): None,  # ended: an undo or an appeal, no second decision
    (CLOSED, Action.REMOVE): None,
    (CLOSED, Action.ESCALATE): None,
    (CLOSED, Action.HOLD): None,
}


def test_table_of_moves_is_whole() -> None:
    assert set(MOVES) == {(status, action) for status in CaseStatus for action in Action}
    assert {move: end for move, end in MOVES.items() if end is not None} == TRANSITIONS


@pytest.mark.parametrize(("move", "end"), MOVES.items())
def test_case_moves_as_the_table_says_or_not_at_all(
    move: tuple[CaseStatus, Action], end: CaseStatus | None
) -> None:
    if end is not None:
        assert next_status(*move) is end
        return
    with pytest.raises(RuleBroken, match=f"A case that is {move[0]} can't take the action"):
        next_status(*move)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (Action.HOLD, OPEN),
        (Action.ESCALATE, ESCALATED),
        (Action.APPROVE, CLOSED),
        (Action.REMOVE, CLOSED),
    ],
)
def test_first_decision_or_reopening_gives_the_status(action: Action, expected: CaseStatus) -> None:
    assert status_for(action) is expected


@pytest.mark.parametrize(
    ("restored", "expected"),
    [(Action.HOLD, OPEN), (Action.ESCALATE, ESCALATED), (Action.APPROVE, OPEN)],
)
def test_undone_case_returns_to_where_it_was(restored: Action, expected: CaseStatus) -> None:
    """A visible comment's case was open because of a report or an audit."""
    assert status_after_undo(restored) is expected


def test_priority_is_the_highest_score_that_held_it() -> None:
    # 0.85 toxicity holds; 0.79 obscenity is close to its band and below it.
    scores = {Label.TOXICITY: 0.85, Label.THREAT: 0.6, Label.OBSCENE: 0.79}
    assert priority(scores, judge(scores, POLICY)) == (0.85, Label.TOXICITY)


def test_higher_score_that_held_nothing_does_not_count() -> None:
    scores = {Label.TOXICITY: 0.79, Label.THREAT: 0.6}
    assert priority(scores, judge(scores, POLICY)) == (0.6, Label.THREAT)


def test_revision_that_was_never_scored_goes_first() -> None:
    assert priority({}, Verdict(Action.HOLD, ())) == (1.0, None)


@pytest.mark.parametrize("gone", TextGone)
@pytest.mark.parametrize("status", CaseStatus)
def test_work_on_a_text_that_is_gone_ends_and_says_why(status: CaseStatus, gone: TextGone) -> None:
    case = Case("c", "r", status, CaseTrigger.HOLD, 0.5, None, datetime(2026, 11, 1, tzinfo=UTC))
    ended = closed_case(case, gone)
    if status is CLOSED:
        assert ended is None
        return
    assert ended == replace(case, status=CLOSED, closed_because=gone)
    assert CLOSINGS[status, gone] is CLOSED
