"""The order of the queue: severity x reach x age x reports."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.moderation.cases import Attention, Case, CaseStatus, CaseTrigger
from core.moderation.openings import (
    APPROVED_PRIORITY,
    BLIND_PRIORITY,
    LANGUAGE_PRIORITY,
    REPORTED_PRIORITY,
)
from core.moderation.priority import HALF_LIFE, Priority, explain_priority, rank_of

NOW = datetime(2026, 11, 2, tzinfo=UTC)
HELD = Case("c", "r", CaseStatus.OPEN, CaseTrigger.HOLD, 0.8, None, NOW)
LANGUAGE = replace(HELD, trigger=CaseTrigger.LANGUAGE, priority=LANGUAGE_PRIORITY)
REPORTED = replace(
    HELD,
    trigger=CaseTrigger.REPORT,
    priority=REPORTED_PRIORITY,
    attention=Attention(user_reports=1),
)
counts = st.integers(0, 1_000)
cases = st.builds(
    lambda severity, opened, trigger, attention: replace(
        HELD, priority=severity, opened_at=NOW + opened, trigger=trigger, attention=attention
    ),
    st.floats(0, 1),
    st.timedeltas(timedelta(days=-400), timedelta(days=400)),
    st.sampled_from(CaseTrigger),
    st.builds(Attention, counts, counts, counts),
)


def test_case_that_was_just_held_has_the_priority_of_its_score() -> None:
    assert explain_priority(HELD, NOW) == Priority(0.8, 1.0, 1.0, 1.0)
    assert explain_priority(HELD, NOW).product == 0.8


@pytest.mark.parametrize(
    ("changes", "factors"),
    [
        ({"opened_at": NOW - HALF_LIFE}, Priority(0.8, 1.0, 2.0, 1.0)),
        ({"opened_at": NOW - 3 * HALF_LIFE}, Priority(0.8, 1.0, 8.0, 1.0)),
        ({"attention": Attention(replies=10)}, Priority(0.8, 2.5, 1.0, 1.0)),
        ({"attention": Attention(user_reports=1)}, Priority(0.8, 1.0, 1.0, 1.75)),
        ({"attention": Attention(trusted_reports=1)}, Priority(0.8, 1.0, 1.0, 2.5)),
        ({"attention": Attention(user_reports=3)}, Priority(0.8, 1.0, 1.0, 2.5)),
        ({"priority": 0.0}, Priority(2.0**-64, 1.0, 1.0, 1.0)),
    ],
)
def test_factors(changes: dict[str, object], factors: Priority) -> None:
    assert explain_priority(replace(HELD, **changes), NOW) == factors


def test_replies_and_reports_add_less_and_less() -> None:
    many = replace(HELD, attention=Attention(10**9, 10**9, 10**9))
    found = explain_priority(many, NOW)
    assert 3.99 < found.reach < 4.0
    assert 3.99 < found.reports < 4.0


def test_place_of_a_blind_case_does_not_depend_on_its_replies() -> None:
    """Held comments get none, so the place would tell."""
    blind = replace(HELD, trigger=CaseTrigger.BLIND)
    assert rank_of(blind) == rank_of(replace(blind, attention=Attention(replies=500)))
    assert rank_of(blind) < rank_of(replace(blind, attention=Attention(user_reports=1)))


@given(cases, cases, st.timedeltas(timedelta(days=-500), timedelta(days=500)))
def test_rank_orders_as_the_product_does_at_any_time(
    one: Case, other: Case, later: timedelta
) -> None:
    gap = rank_of(one) - rank_of(other)
    assume(abs(gap) > 1e-9)
    first, second = explain_priority(one, NOW + later), explain_priority(other, NOW + later)
    assert (gap > 0) is (first.product > second.product)


@given(cases, cases)
def test_more_of_anything_never_lowers_the_rank(one: Case, other: Case) -> None:
    mine, theirs = one.attention, other.attention
    more = Attention(
        max(mine.replies, theirs.replies),
        max(mine.user_reports, theirs.user_reports),
        max(mine.trusted_reports, theirs.trusted_reports),
    )
    raised = replace(
        one,
        priority=max(one.priority, other.priority),
        opened_at=min(one.opened_at, other.opened_at),
        attention=more,
    )
    assert rank_of(raised) >= rank_of(one) - 1e-9


def test_language_holds_come_last() -> None:
    old = replace(LANGUAGE, opened_at=NOW - 60 * HALF_LIFE, attention=Attention(user_reports=1_000))
    lowest = replace(REPORTED, priority=APPROVED_PRIORITY, attention=Attention())
    assert rank_of(lowest) > rank_of(LANGUAGE)
    assert rank_of(HELD) > rank_of(old)


def test_report_on_what_a_person_approved_comes_after_other_reports() -> None:
    approved = replace(
        REPORTED, priority=APPROVED_PRIORITY, attention=Attention(trusted_reports=1_000)
    )
    assert rank_of(HELD) > rank_of(REPORTED) > rank_of(approved)
    assert APPROVED_PRIORITY * 4 < REPORTED_PRIORITY < BLIND_PRIORITY


def test_very_old_case_can_be_explained() -> None:
    ancient = replace(HELD, opened_at=datetime(1970, 1, 1, tzinfo=UTC))
    assert explain_priority(ancient, NOW).product > 1e300
