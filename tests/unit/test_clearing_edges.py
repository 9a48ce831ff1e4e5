"""Edge cases of the cascade's arithmetic."""

import pytest

from core.moderation.clearing import (
    CONFIDENCE,
    Promise,
    flags_needed,
    missed_bounds,
    promise_state,
    share_at_least,
    share_at_most,
)


@pytest.mark.parametrize(("promise", "needed"), [(0.01, 299), (0.05, 59), (0.5, 5), (0.96, 1)])
def test_fewest_flags_that_can_show_a_promise(promise: float, needed: int) -> None:
    assert flags_needed(promise) == needed
    assert (1 - promise) ** needed <= 1 - CONFIDENCE
    assert (1 - promise) ** (needed - 1) > 1 - CONFIDENCE


def test_promise_is_held_up_to_its_very_share_and_broken_only_above_it() -> None:
    assert promise_state(0.0, 0.01, 0.01) is Promise.HELD
    assert promise_state(0.01, 0.02, 0.01) is Promise.OPEN
    assert promise_state(0.011, 0.02, 0.01) is Promise.BROKEN


def test_nothing_seen_bounds_nothing() -> None:
    assert (share_at_least(0, 0), share_at_most(0, 0)) == (0.0, 1.0)
    assert missed_bounds(skipped=0, audited=0, audit_missed=0, seen_flags=0) == (0.0, 0.0)


def test_bounds_of_few_flags_are_shares_of_them() -> None:
    low, high = missed_bounds(skipped=1, audited=1, audit_missed=1, seen_flags=0)
    assert (low, high) == (1.0, 1.0)


@pytest.mark.parametrize(("count", "of"), [(0, 20), (1, 20), (19, 20), (20, 20)])
def test_share_lies_between_its_bounds(count: int, of: int) -> None:
    assert share_at_least(count, of) <= count / of <= share_at_most(count, of)
    assert share_at_least(count, of) >= 0.0
    assert share_at_most(count, of) <= 1.0
