"""An interval of 90 % holds about 90 % of jobs whose true time is known, whatever the machine does.

The next job begins long after the log, so that it has a period of its own. Each simulation has its
seed: the shares are the same on every machine.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.servinglog.estimates.forecast import FEWEST, forecast
from core.servinglog.estimates.plan import JobForecast, JobPlan, TooFew
from tests.simulated_calls import (
    BATCH,
    Noise,
    drifting,
    even,
    heavy_tailed,
    logged,
    simulate,
    with_slow_periods,
)

pytestmark = pytest.mark.slow

JOBS = 120
LATER = 500
"""Calls between the log and the job."""


def share_held(noise: Noise, log_calls: int, job_calls: int) -> tuple[float, float]:
    """The share of simulated jobs within their interval, and the median width of an interval as a
    multiple of its median."""
    held, widths = 0, []
    for seed in range(JOBS):
        generator = np.random.default_rng([seed, log_calls, job_calls])
        ms, chars = simulate(noise, generator, log_calls + LATER + job_calls)
        calls = logged(ms[:log_calls], chars[:log_calls])
        begins_s = ms[:-job_calls].sum() / 1000.0
        found = forecast(calls, JobPlan(job_calls * BATCH, BATCH), begins_s)
        assert isinstance(found, JobForecast)
        low, high = found.interval_ms
        held += low <= ms[-job_calls:].sum() <= high
        widths.append((high - low) / found.median_ms)
    return held / JOBS, float(np.median(widths))


@pytest.mark.parametrize("job_calls", [7, 313])
@pytest.mark.parametrize("noise", [even, heavy_tailed, with_slow_periods, drifting])
def test_a_long_log_keeps_its_word(noise: Noise, job_calls: int) -> None:
    """Jobs of 112 to 5,000 comments."""
    share, _ = share_held(noise, 1_500, job_calls)
    assert 0.84 <= share <= 0.99


@pytest.mark.parametrize("noise", [even, heavy_tailed, drifting])
def test_a_short_log_has_a_wide_interval_that_holds(noise: Noise) -> None:
    share, wide = share_held(noise, FEWEST + 2, 60)
    assert share >= 0.87
    _, narrow = share_held(noise, 1_500, 60)
    assert wide > 1.5 * narrow


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0.01, 1e6), min_size=1, max_size=120),
    st.integers(1, 3_000),
    st.integers(1, 8),
)
def test_an_interval_is_in_order_and_always_the_same(
    ms: list[float], comments: int, replicas: int
) -> None:
    calls = logged(np.array(ms), np.full(len(ms), 100, dtype=np.int64))
    plan = JobPlan(comments, BATCH, replicas)
    found, again = forecast(calls, plan), forecast(calls, plan)
    if len(ms) < FEWEST:
        assert isinstance(found, TooFew)
        return
    assert isinstance(found, JobForecast)
    assert isinstance(again, JobForecast)
    low, high = found.interval_ms
    assert 0 <= low <= found.median_ms <= high < float("inf")
    assert found.interval_ms == again.interval_ms


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 2_000), st.integers(2, 5))
def test_more_comments_take_longer(comments: int, times: int) -> None:
    ms, chars = simulate(even, np.random.default_rng(3), 400)
    few, many = (
        forecast(logged(ms, chars), JobPlan(count, BATCH)) for count in (comments, comments * times)
    )
    assert isinstance(few, JobForecast)
    assert isinstance(many, JobForecast)
    assert few.median_ms < many.median_ms
