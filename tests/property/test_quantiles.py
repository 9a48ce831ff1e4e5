"""SQL percentiles compared with a slow reference implementation."""

import math
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.servinglog.percentiles import QUANTILES, is_weak
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import Mode, ServingRecord
from core.servinglog.windows import BUCKETS_S, Window, bucket_s
from core.servinglog.writer import encode

pytestmark = pytest.mark.slow

START = datetime(2026, 11, 1, tzinfo=UTC)
DAY = Window(START, START + timedelta(days=1))
durations = st.lists(st.floats(0, 1e6, allow_nan=False), min_size=1, max_size=60)


def reference(values: list[float], share: float) -> float:
    """Linear interpolation between the two values around rank share * (n - 1)."""
    ordered = sorted(values)
    rank = share * (len(ordered) - 1)
    below, above = ordered[math.floor(rank)], ordered[math.ceil(rank)]
    return below + (above - below) * (rank - math.floor(rank))


@settings(max_examples=40)
@given(durations)
def test_quantiles_of_the_log_are_exact(values: list[float]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lines = [encode(_record(number, value)) for number, value in enumerate(values)]
        (Path(folder) / "a-1-1-0.jsonl").write_bytes(b"".join(lines))
        queries = ServingLogQueries(Path(folder))
        summary = queries.summary(DAY)
        by_backend = queries.by_backend(DAY).iloc[0]
        bucketed = queries.series(DAY, 86400).query("series.isna()").iloc[0]
    for name, share in zip(QUANTILES, (0.5, 0.95, 0.99), strict=True):
        expected = pytest.approx(reference(values, share), rel=1e-9, abs=1e-9)
        assert summary.percentile(name) == expected
        assert by_backend[name] == expected
        assert bucketed[name] == expected
    assert summary.calls == len(values)


@given(st.floats(0, 1e9), st.integers(2, 2000))
def test_bucket_keeps_a_chart_within_its_points(span_s: float, most: int) -> None:
    width = bucket_s(span_s, most)
    assert width in BUCKETS_S
    if width < BUCKETS_S[-1]:
        assert math.ceil(span_s / width) + 1 <= most + 1
    if width > 1:
        narrower = BUCKETS_S[BUCKETS_S.index(width) - 1]
        assert span_s / narrower > most - 1


@given(st.integers(0, 10_000))
def test_few_calls_make_a_weak_percentile(count: int) -> None:
    assert is_weak("p99", count) == (count < 100)
    assert is_weak("p95", count) == (count < 20)


def _record(number: int, total_ms: float) -> ServingRecord:
    return ServingRecord(
        request_id=str(number),
        started_at=START + timedelta(seconds=number),
        mode=Mode.REALTIME,
        backend="onnx",
        model_version="v1",
        runtime="onnxruntime",
        precision="int8",
        location="in_process",
        batch_size=1,
        chars=10,
        total_ms=total_ms,
    )
