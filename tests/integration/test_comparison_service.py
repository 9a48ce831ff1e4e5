"""What the calls of a window are compared with, on a log of rows and on its sums."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import system_clock
from core.services.comparison import Comparand, ComparedWith, Comparison, compare, list_comparands
from core.services.traffic import view_log
from core.servinglog.archive.compaction import compact
from core.servinglog.comparing.differences import ChangeVerdict
from core.servinglog.queries import ServingLogQueries
from core.servinglog.traffic_filter import ALL_TRAFFIC, Traffic
from core.servinglog.windows import WindowChoice
from tests.integration.test_traffic_service import CLOCK, OPS, UNTIL, refuse
from tests.log_stores import aged
from tests.servinglog_records import put, record

BOTH = Traffic(backends=("onnx", "tei"))


def calls(since_s: float, count: int, ms: float, **changes: object) -> list:
    """Evenly over 10 minutes; their times repeat, so that no chance is in it."""
    return [
        record(
            f"{since_s}-{n}-{changes}", since_s + n * 600 / count, total_ms=ms + n % 7, **changes
        )
        for n in range(count)
    ]


def seen(log: ServingLogQueries, comparand: Comparand, **changes: object) -> Comparison:
    given = {"choice": WindowChoice.MINUTES_15, "traffic": ALL_TRAFFIC} | changes
    return compare(OPS, log, comparand=comparand, until=UNTIL, **given)  # type: ignore[arg-type]


def test_the_time_before(tmp_path: Path) -> None:
    put(
        tmp_path,
        *calls(1900, 600, 10),
        *calls(2800, 600, 30),
        *calls(2810, 600, 30, error_kind="timeout"),
    )
    log = ServingLogQueries(tmp_path)
    found = seen(log, Comparand())
    assert found.there is not None
    assert (found.here.summary.calls, found.there.summary.calls) == (1200, 600)
    slower = found.changes["p50"]
    assert (slower.difference.value, slower.verdict) == (20, ChangeVerdict.MORE)
    assert slower.difference.low > 18
    assert found.changes["error_share"].verdict is ChangeVerdict.MORE
    assert found.changes["comments_per_s"].difference.value == pytest.approx(0, abs=0.1)
    assert found.changes["refused_share"].verdict is ChangeVerdict.NOISE


def test_refused_requests_are_compared_as_a_share(tmp_path: Path) -> None:
    put(tmp_path, *calls(1900, 600, 10), *calls(2800, 600, 10))
    for second in range(2800, 3400, 10):
        refuse(tmp_path, second)
    found = seen(ServingLogQueries(tmp_path), Comparand())
    assert (found.here.refused, found.changes["refused_share"].verdict) == (60, ChangeVerdict.MORE)
    assert found.changes["refused_share"].new.value == pytest.approx(60 / 660)
    assert found.here.trend["refused"].sum() >= 50


def test_another_backend_in_the_same_window(tmp_path: Path) -> None:
    put(tmp_path, *calls(2800, 600, 30), *calls(2800, 600, 10, backend="tei"))
    log = ServingLogQueries(tmp_path)
    found = seen(log, Comparand(ComparedWith.BACKEND, "tei"), traffic=BOTH)
    assert found.here.traffic.backends == ("onnx",)
    assert found.changes["p50"].difference.value == 20
    assert "refused_share" not in found.changes
    none = seen(log, Comparand(ComparedWith.BACKEND, "tei"), traffic=Traffic(backends=("tei",)))
    assert (none.here.summary.calls, none.changes) == (0, {})


def test_another_revision_of_the_same_backend(tmp_path: Path) -> None:
    put(
        tmp_path,
        *calls(2800, 300, 10, model_version="v1"),
        *calls(2900, 300, 15, model_version="v2"),
    )
    log = ServingLogQueries(tmp_path)
    series = view_log(OPS, log, CLOCK).series
    comparands = list_comparands(
        OPS, log, WindowChoice.MINUTES_15, ALL_TRAFFIC, series=series, until=UNTIL
    )
    assert comparands == (Comparand(), Comparand(ComparedWith.REVISION, "onnx", "v1"))
    found = seen(log, comparands[1])
    assert found.here.traffic.models == ("v2",)
    assert found.changes["p50"].difference.value == 5


def test_backends_are_offered_where_there_are_several(tmp_path: Path) -> None:
    put(tmp_path, *calls(2800, 3, 10), *calls(2800, 3, 10, backend="tei"))
    log = ServingLogQueries(tmp_path)
    series = view_log(OPS, log, CLOCK).series
    offered = list_comparands(OPS, log, WindowChoice.ALL, ALL_TRAFFIC, series=series, until=UNTIL)
    assert [one.backend for one in offered] == ["", "onnx", "tei"]


def test_nothing_before_is_no_change(tmp_path: Path) -> None:
    put(tmp_path, *calls(2800, 30, 10))
    found = seen(ServingLogQueries(tmp_path), Comparand())
    assert (found.there, found.changes) == (None, {})
    assert seen(ServingLogQueries(tmp_path), Comparand(), choice=WindowChoice.ALL).there is None


def test_sums_tell_the_same_of_percentiles_within_their_bound(tmp_path: Path) -> None:
    records = [*calls(1900, 600, 10), *calls(2800, 600, 30)]
    put(tmp_path / "rows", *records)
    aged(put(tmp_path / "sums", *records, name="api-1-1-0.jsonl"))
    compact(tmp_path / "sums", system_clock(), keep_rows=timedelta(seconds=1))
    exact, near = (
        seen(ServingLogQueries(tmp_path / name), Comparand()) for name in ("rows", "sums")
    )
    assert near.here.summary.bound == 0.02
    for name in ("p50", "p95"):
        assert near.changes[name].verdict is exact.changes[name].verdict is ChangeVerdict.MORE
        here, there = near.changes[name].new, exact.changes[name].new
        assert here.value == pytest.approx(there.value, rel=0.03)
        assert here.low <= there.low * 1.001
        assert here.high >= there.high * 0.999


def test_an_interval_holds_the_order_statistics_of_the_rows(tmp_path: Path) -> None:
    """100 calls of 1 to 100 ms, in an order in which neighbours don't resemble each other."""
    times = [(37 * n) % 101 for n in range(1, 101)]
    put(tmp_path, *(record(f"r{n}", 2800 + n, total_ms=float(ms)) for n, ms in enumerate(times)))
    found = seen(ServingLogQueries(tmp_path), Comparand()).here.figures.p50
    assert found is not None
    assert (found.alone.low, found.alone.high) == (37.0, 64.0)
    assert found.estimate.low <= 37.0
    assert replace(found.estimate, low=0, high=0).value == 50.5
