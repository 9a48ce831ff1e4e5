"""Which decisions can be appealed, until when, and by whom an appeal is heard."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import InvalidInput, RuleBroken
from core.moderation.appeals import (
    MAX_APPEAL_CHARS,
    Appeal,
    AppealStatus,
    appeal_deadline,
    check_can_appeal,
    check_words,
    closed_appeal,
    days_left,
)
from core.moderation.cases import TextGone
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.policies import Action

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
HOLD = Decision("d1", "rev", Action.HOLD, DecisionSource.RULE, "system", 1, NOW)
REMOVAL = Decision(
    "d2", "rev", Action.REMOVE, DecisionSource.REVIEWER, "mina", 1, NOW,
    reason_code="threat", supersedes="d1",
)  # fmt: skip
APPEAL = Appeal("a1", "d2", "rev", "It was a quotation.", AppealStatus.PENDING, NOW, NOW)


@pytest.mark.parametrize(
    ("after", "is_taken", "why"),
    [
        (timedelta(0), True, "at once"),
        (timedelta(days=10) - MOMENT, True, "a moment before the deadline"),
        (timedelta(days=10), True, "the deadline itself"),
        (timedelta(days=10) + MOMENT, False, "a moment after it"),
        (timedelta(days=400), False, "long after it"),
    ],
)
def test_appeal_is_taken_until_the_last_moment_of_the_window(
    after: timedelta, is_taken: bool, why: str
) -> None:
    if is_taken:
        check_can_appeal(REMOVAL, None, now=NOW + after, window_days=10)
        return
    with pytest.raises(RuleBroken, match="the time to appeal this decision is over"):
        check_can_appeal(REMOVAL, None, now=NOW + after, window_days=10)


@pytest.mark.parametrize(
    ("decision", "existing", "message", "why"),
    [
        (None, None, "only a removal", "nothing was decided"),
        (HOLD, None, "only a removal", "on hold"),
        (replace(HOLD, action=Action.APPROVE), None, "only a removal", "visible"),
        (replace(HOLD, action=Action.ESCALATE), None, "only a removal", "with a lead"),
        (REMOVAL, APPEAL, "appealed already", "once is enough"),
        (REMOVAL, replace(APPEAL, status=AppealStatus.UPHELD), "appealed already", "heard"),
        (replace(REMOVAL, appeal_id="a0"), None, "appealed already", "came from an appeal"),
    ],
)
def test_only_a_standing_removal_is_appealed_and_once(
    decision: Decision | None, existing: Appeal | None, message: str, why: str
) -> None:
    with pytest.raises(RuleBroken, match=message):
        check_can_appeal(decision, existing, now=NOW, window_days=10)


def test_only_the_decision_that_the_author_read_is_appealed() -> None:
    seen, other = REMOVAL.decided_at, REMOVAL.decided_at - MOMENT
    check_can_appeal(REMOVAL, None, now=NOW, window_days=10, seen=seen)
    with pytest.raises(RuleBroken, match="decided on again"):
        check_can_appeal(REMOVAL, None, now=NOW, window_days=10, seen=other)
    with pytest.raises(RuleBroken, match="only a removal"):
        check_can_appeal(HOLD, None, now=NOW, window_days=10, seen=other)


@pytest.mark.parametrize(
    ("left", "expected", "why"),
    [
        (timedelta(days=2), 2, "two whole days"),
        (timedelta(days=2) - MOMENT, 1, "not two whole days any more"),
        (timedelta(hours=23), 0, "the last day"),
        (timedelta(0), 0, "the last moment"),
        (-timedelta(days=3), 0, "never below 0"),
    ],
)
def test_days_left_are_whole_days(left: timedelta, expected: int, why: str) -> None:
    assert days_left(NOW + left, NOW) == expected, why


def test_deadline_counts_from_the_decision() -> None:
    assert appeal_deadline(REMOVAL, 184) == NOW + timedelta(days=184)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "empty"),
        (" \n\t ", "only blanks"),
        ("\u200b \u2800\u3164", "nothing to see"),
        ("x" * (MAX_APPEAL_CHARS + 1), "too long"),
        ("a\x00b", "NUL can't be stored"),
        ("a\ud800b", "half a character can't be stored"),
    ],
)
def test_words_that_cannot_be_taken_are_refused(words: str, why: str) -> None:
    with pytest.raises(InvalidInput):
        check_words(words)


def test_words_are_trimmed_before_they_are_measured() -> None:
    assert check_words("  " + "x" * MAX_APPEAL_CHARS + "\n") == "x" * MAX_APPEAL_CHARS


def test_a_closed_appeal_says_when_and_why() -> None:
    later = NOW + timedelta(days=3)
    closed = closed_appeal(APPEAL, TextGone.WITHDRAWN, later)
    assert (closed.status, closed.heard_at) == (AppealStatus.CLOSED, later)
    assert "withdrawn" in closed.outcome_reason
