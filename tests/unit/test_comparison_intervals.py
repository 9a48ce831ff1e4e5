"""Intervals of percentiles, shares and rates: known answers of published tables and of SciPy."""

from math import inf

import pytest

from core.servinglog.comparing.intervals import (
    Estimate,
    beta_quantile,
    beta_share,
    effective_number,
    mean_estimate,
    rank_shares,
    share_estimate,
    student_t,
)

EVEN = [(50, 5)] * 24


@pytest.mark.parametrize(
    ("x", "a", "b", "share"),
    [
        (0.3, 2, 5, 0.579825),
        (0.99, 500, 3.5, 0.18433952),
        (0.001, 0.5, 0.5, 0.02013504),
        (0.5, 1, 1, 0.5),
        (0.0, 2, 3, 0.0),
        (1.0, 2, 3, 1.0),
    ],
)
def test_incomplete_beta_is_that_of_scipy(x: float, a: float, b: float, share: float) -> None:
    assert beta_share(x, a, b) == pytest.approx(share, abs=1e-7)


def test_its_inverse_gives_the_value_back() -> None:
    assert beta_share(beta_quantile(0.005, 12.5, 80.25), 12.5, 80.25) == pytest.approx(0.005)


@pytest.mark.parametrize(
    ("freedom", "alpha", "t"), [(3, 0.01, 5.841), (7, 0.05, 2.365), (23, 0.01, 2.807)]
)
def test_student_t_is_that_of_the_tables(freedom: int, alpha: float, t: float) -> None:
    assert student_t(freedom, alpha) == pytest.approx(t, abs=5e-4)


def test_order_statistics_of_a_median_are_those_of_the_binomial_tables() -> None:
    low, high = rank_shares(100, 0.5)
    assert (int(low * 100), -int(-high * 100 // 1)) == (37, 64)


@pytest.mark.parametrize(
    ("number", "share", "has_low", "has_high"),
    [
        (3, 0.5, False, False),  # the fastest and slowest of three leave the median out too often
        (8, 0.5, True, True),
        (103, 0.95, True, False),
        (104, 0.95, True, True),  # 0.95 ** 104 is below 0.005
        (527, 0.99, True, False),
        (528, 0.99, True, True),
        (0.0, 0.5, False, False),
    ],
)
def test_an_end_that_no_call_can_give_is_open(
    number: float, share: float, has_low: bool, has_high: bool
) -> None:
    low, high = rank_shares(number, share)
    assert (low > 0.0, high < 1.0) == (has_low, has_high)


def test_clopper_pearson_interval_of_a_share() -> None:
    found = share_estimate(5, 100, 100)
    assert (found.low, found.high) == pytest.approx((0.0109403, 0.1351447), abs=1e-6)
    none = share_estimate(0, 100, 100)
    assert none.low == 0.0
    assert none.high == pytest.approx(1 - 0.005 ** (1 / 100))
    assert share_estimate(100, 100, 100).high == 1.0
    assert share_estimate(1, 2, 0.0) == Estimate(0.5, -inf, inf)


def test_calls_that_differ_by_chance_lose_only_the_price_of_few_blocks() -> None:
    number = effective_number(EVEN)
    assert number == pytest.approx(1200 * (2.5758 / student_t(7, 0.01)) ** 2, rel=1e-3)


def test_the_same_calls_in_one_stretch_tell_much_less() -> None:
    spell = [(50, 50 if 6 <= place < 9 else 0) for place in range(24)]
    assert effective_number(spell) < effective_number(EVEN) / 20


def test_spells_longer_than_a_block_are_seen_in_three_together() -> None:
    spell = [(50, 10 if place // 3 % 2 else 0) for place in range(24)]
    shuffled = [(50, 10 if place % 2 else 0) for place in range(24)]
    assert effective_number(spell) < effective_number(shuffled)


def test_too_few_blocks_tell_nothing() -> None:
    assert effective_number([(50, 5)] * 3) == 0.0
    assert effective_number([(50, 5), (0, 0)] * 3) == 0.0
    assert effective_number([]) == 0.0


def test_rate_of_blocks() -> None:
    found = mean_estimate([4.0, 6.0, 5.0, 5.0])
    assert found.value == 5.0
    assert found.high - 5.0 == pytest.approx(5.841 * (2 / 3 / 4) ** 0.5, rel=1e-3)
    assert mean_estimate([0.0, 0.0, 0.0, 9.0]).low == 0.0
    assert mean_estimate([4.0, 6.0]) == Estimate(5.0, -inf, inf)
