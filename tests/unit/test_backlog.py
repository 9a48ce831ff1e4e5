"""The forecast of the backlog: exact for a few days, and never surer than its days."""

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation import backlog
from core.moderation.backlog import AHEAD_DAYS, FEWEST_DAYS, WorkDay, forecast

DAYS = st.lists(
    st.builds(WorkDay, st.integers(0, 90), st.integers(0, 90)),
    min_size=FEWEST_DAYS,
    max_size=14,
)


def test_days_that_are_all_alike_leave_no_range() -> None:
    found = forecast(100, [WorkDay(opened=10, decided=4)] * 6)
    assert found is not None
    assert (found.low, found.middle, found.high) == (100 + 6 * AHEAD_DAYS,) * 3
    assert (found.opened, found.decided, found.days) == (10, 4, 6)
    assert found.empty_after_days(100) is None


def test_a_queue_that_shrinks_is_empty_some_day_and_never_less() -> None:
    found = forecast(20, [WorkDay(opened=1, decided=11)] * 5)
    assert found is not None
    assert (found.low, found.middle, found.high) == (0, 0, 0)
    assert found.empty_after_days(20) == 2
    assert found.empty_after_days(0) == 0


def test_it_does_not_fall_below_nothing_in_between() -> None:
    """Ten decided and then ten opened leave ten, though the sum is nothing."""
    days = [WorkDay(10, 0), WorkDay(0, 10), WorkDay(0, 0), WorkDay(0, 0), WorkDay(0, 0)]
    found = forecast(0, days)
    assert found is not None
    assert found.low == 0 < found.high


@pytest.mark.parametrize(
    "days",
    [[], [WorkDay(3, 2)] * (FEWEST_DAYS - 1), [WorkDay(0, 0)] * 14],
    ids=["no day", "too few", "nothing happened"],
)
def test_without_days_to_go_by_there_is_none(days: Sequence[WorkDay]) -> None:
    assert forecast(7, days) is None


def test_one_case_in_five_days_is_enough() -> None:
    assert forecast(0, [WorkDay(0, 0)] * 4 + [WorkDay(1, 0)]) is not None
    assert forecast(1, [WorkDay(0, 0)] * 4 + [WorkDay(0, 1)]) is not None


def test_every_way_through_the_days_counts_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against each way written out: 5 days, 3 ahead."""
    monkeypatch.setattr(backlog, "AHEAD_DAYS", 3)
    days = [WorkDay(9, 1), WorkDay(0, 4), WorkDay(2, 2), WorkDay(5, 9), WorkDay(1, 0)]
    ends = []
    for way in product(days, repeat=3):
        left = 6
        for day in way:
            left = max(left + day.opened - day.decided, 0)
        ends.append(left)
    ends.sort()
    found = forecast(6, days)
    assert found is not None
    # Of 125 ways, sorted: 12.5, 62.5 and 112.5 of them are no more than these.
    assert (found.low, found.middle, found.high) == (ends[12], ends[62], ends[112])


@given(st.integers(0, 500), DAYS)
def test_the_range_holds_its_middle_and_stays_within_reach(
    waiting: int, days: list[WorkDay]
) -> None:
    found = forecast(waiting, days)
    if found is None:
        return
    changes = [day.opened - day.decided for day in days]
    assert 0 <= found.low <= found.middle <= found.high
    assert found.high <= max(waiting, 0) + AHEAD_DAYS * max(*changes, 0)
    assert found.low >= waiting + AHEAD_DAYS * min(*changes, 0)
