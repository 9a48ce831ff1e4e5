"""Percentiles from an archive's sums compared with those of the rows."""

import itertools
import math
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import system_clock
from core.servinglog.archive.compaction import compact
from core.servinglog.archive.plan import MINUTE, plan_sums
from core.servinglog.percentiles import QUANTILES
from core.servinglog.queries import ServingLogQueries
from core.servinglog.windows import Window
from tests.log_stores import aged
from tests.servinglog_records import START, put, record

pytestmark = pytest.mark.slow

BOUND = 0.02
DAY = Window(START, START + timedelta(days=1))
MICROSECOND_MS = 0.001
"""Shorter calls are in one bucket, and archived times are rounded to it."""
calls = st.lists(
    st.tuples(
        st.floats(0, 86_400) | st.sampled_from([0.0, 0.0005, 1.0, 10.0]) | st.floats(0, 86.4e6),
        st.floats(0, 3 * 3600),
        st.booleans(),
        st.integers(1, 64),
    ),
    min_size=1,
    max_size=60,
)


def at_rank(values: list[float], share: float) -> float:
    """The smallest value that so large a share of them does not exceed: quantile_disc."""
    hundredths = round(share * 100)
    return sorted(values)[max(0, -(-hundredths * len(values) // 100) - 1)]


def is_near(found: float, exact: float) -> bool:
    return math.isclose(found, exact, rel_tol=BOUND + 1e-6, abs_tol=MICROSECOND_MS)


@settings(max_examples=10)
@given(calls, st.integers(0, 60))
def test_percentiles_from_sums_are_within_the_bound(
    given_calls: list[tuple[float, float, bool, int]], live: int
) -> None:
    """Whether all calls are archived, or some of them not yet."""
    live = min(live, len(given_calls) - 1)
    with tempfile.TemporaryDirectory() as folder:
        records = [
            record(
                str(number),
                at_s,
                total_ms=total_ms,
                batch_size=size,
                error_kind="timeout" if has_failed else None,
            )
            for number, (total_ms, at_s, has_failed, size) in enumerate(given_calls)
        ]
        aged(put(Path(folder), *records[live:]))
        compact(Path(folder), system_clock())
        put(Path(folder), *records[:live], name="a-1-2-0.jsonl")
        queries, exact = (
            ServingLogQueries(Path(folder), exact_rows=0),
            ServingLogQueries(Path(folder)),
        )
        summary, by_backend = queries.summary(DAY), queries.by_backend(DAY).iloc[0]
        bucketed = queries.series(DAY, 86_400).query("series.isna()")
        counted = exact.summary(DAY)
    answered = [one.total_ms for one in records if one.error_kind is None]
    assert (summary.calls, summary.errors) == (counted.calls, counted.errors)
    assert (summary.comments, summary.first_at) == (counted.comments, counted.first_at)
    assert summary.last_at == counted.last_at
    assert bucketed["calls"].sum() == summary.calls == len(records)
    assert (summary.bound, counted.bound) == (BOUND, 0.0)
    for name, share in zip(QUANTILES, (0.5, 0.95, 0.99), strict=True):
        found = summary.percentile(name)
        if not answered:
            assert found is None
            continue
        assert found is not None
        assert is_near(found, at_rank(answered, share))
        assert by_backend[name] == found
    if answered:
        each = [one.total_ms / one.batch_size for one in records if one.error_kind is None]
        assert is_near(by_backend["ms_per_comment"], at_rank(each, 0.5))


@given(
    st.timedeltas(timedelta(0), timedelta(days=3)),
    st.timedeltas(timedelta(0), timedelta(days=3)) | st.integers(0, 5).map(MINUTE.__mul__),
    st.booleans(),
)
def test_a_plan_covers_its_window_once(after: timedelta, span: timedelta, by_hour: bool) -> None:
    window = Window(START + after, START + after + span)
    plan = plan_sums(window, by_hour=by_hour)
    found = (one for one in (plan.hours, *plan.minutes, *plan.rows) if one.since < one.until)
    parts = sorted(found, key=lambda one: one.since)
    assert sum((one.until - one.since for one in parts), timedelta()) == span
    for one, other in itertools.pairwise(parts):
        assert one.until == other.since
    if parts:
        assert (parts[0].since, parts[-1].until) == (window.since, window.until)
    assert all(one.span_s < 60 for one in plan.rows)
