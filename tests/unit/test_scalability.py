"""The Universal Scalability Law: Gunther's formula, its fit on known curves, and its interval."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.load_test.scalability import UslParameters, fit_usl

shares = st.floats(0, 0.5)
counts = st.lists(st.integers(1, 64), min_size=3, max_size=8, unique=True)


@pytest.mark.parametrize(
    ("contention", "coherency", "workers", "capacity"),
    [
        (0.0, 0.0, 1, 1.0),
        (0.0, 0.0, 4, 4.0),  # in proportion
        (1.0, 0.0, 4, 1.0),  # all the work waits in one line
        (0.05, 0.0, 2, 2 / 1.05),  # Amdahl's law
        (0.05, 0.02, 4, 4 / (1 + 0.15 + 0.24)),
    ],
)
def test_relative_capacity_is_gunther_s(
    contention: float, coherency: float, workers: int, capacity: float
) -> None:
    law = UslParameters(100.0, contention, coherency)
    assert law.relative_capacity(workers) == pytest.approx(capacity)
    assert law.throughput(workers) == pytest.approx(100 * capacity)


@pytest.mark.parametrize(
    ("contention", "coherency", "peak"),
    [(0.0, 0.0, None), (0.1, 0.0, None), (0.1, 0.009, 10.0), (0.5, 0.9, 1.0)],
)
def test_peak_is_where_throughput_turns(
    contention: float, coherency: float, peak: float | None
) -> None:
    assert UslParameters(1.0, contention, coherency).peak_workers == (
        None if peak is None else pytest.approx(peak)
    )


@given(st.floats(1, 10_000), shares, st.floats(0, 0.05), counts)
def test_an_exact_curve_is_found_again(
    per_second: float, contention: float, coherency: float, workers: list[int]
) -> None:
    law = UslParameters(per_second, contention, coherency)
    fit = fit_usl({count: [law.throughput(count)] for count in workers})
    assert fit is not None
    for count in workers:
        assert fit.best.throughput(count) == pytest.approx(law.throughput(count), rel=1e-6)
    assert fit.draws == ()
    assert fit.throughput_interval(4) is None
    assert fit.contention_interval is None


@given(
    st.dictionaries(
        st.integers(1, 64), st.lists(st.floats(0.1, 1e5), min_size=1, max_size=3), min_size=3,
        max_size=5,
    )
)  # fmt: skip
def test_no_fit_has_a_coefficient_below_0(measured: dict[int, list[float]]) -> None:
    fit = fit_usl(measured)
    assert fit is not None
    for law in (fit.best, *fit.draws[:20]):
        assert law.per_second > 0
        assert law.contention >= 0
        assert law.coherency >= 0
        assert math.isfinite(law.throughput(8))


def test_a_curve_better_than_proportion_is_taken_as_proportional() -> None:
    fit = fit_usl({1: [100.0], 2: [210.0], 4: [450.0]})
    assert fit is not None
    assert (fit.best.contention, fit.best.coherency) == (0.0, 0.0)
    assert 100 < fit.best.per_second < 113


@pytest.mark.parametrize(
    "measured", [{}, {1: [5.0]}, {1: [5.0], 2: [9.0]}, {1: [5.0], 2: [9.0], 4: [0.0, 0.0]}]
)
def test_too_little_gives_no_law(measured: dict[int, list[float]]) -> None:
    assert fit_usl(measured) is None


def test_rounds_that_are_alike_give_a_narrow_interval_and_others_a_wide_one() -> None:
    law = UslParameters(100.0, 0.1, 0.01)

    def width(spread: float) -> float:
        rounds = (1 - spread, 1.0, 1 + spread)
        measured = {n: [law.throughput(n) * one for one in rounds] for n in (1, 2, 4)}
        fit = fit_usl(measured)
        assert fit is not None
        interval = fit.throughput_interval(8)
        assert interval is not None
        assert interval[0] <= law.throughput(8) <= interval[1]
        return interval[1] - interval[0]

    assert width(0.001) < width(0.01) < width(0.1)


def test_nine_of_ten_intervals_hold_the_true_throughput() -> None:
    law = UslParameters(200.0, 0.08, 0.01)
    noise = np.random.default_rng(7)
    held = 0
    for _ in range(60):
        rounds = {
            count: list(law.throughput(count) * np.exp(noise.normal(0, 0.04, 3)))
            for count in (1, 2, 4)
        }
        fit = fit_usl(rounds)
        assert fit is not None
        low, high = fit.throughput_interval(4) or (math.inf, 0)
        held += low <= law.throughput(4) <= high
    # The seed is fixed, so this is one number; 90 % of 60 are 54.
    assert 50 <= held <= 60


def test_the_same_measurements_give_the_same_interval() -> None:
    measured = {1: [10.0, 11.0], 2: [18.0, 19.0], 4: [30.0, 28.0]}
    assert fit_usl(measured) == fit_usl(measured)
