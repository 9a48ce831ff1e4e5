"""Queries to the serving log: counts, percentiles, shares, series and windows."""

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from core.servinglog.answers import Audits
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import Mode
from core.servinglog.traffic_filter import Traffic
from core.servinglog.windows import WindowChoice, smallest_window, window_of
from core.servinglog.writer import encode
from tests.servinglog_records import HOUR, START, put, record


def test_summary_counts_calls_comments_and_errors(tmp_path: Path) -> None:
    put(
        tmp_path,
        record("a", 0, batch_size=8, total_ms=20.0),
        record("b", 10, batch_size=4, error_count=1, total_ms=30.0),
        record("c", 20, batch_size=5, error_kind="timeout", total_ms=5000.0),
        record("d", 3600, total_ms=1.0),
    )
    summary = ServingLogQueries(tmp_path).summary(HOUR)
    assert (summary.calls, summary.answered, summary.comments, summary.errors) == (3, 2, 11, 2)
    assert summary.p50 == 25.0
    assert summary.error_share == pytest.approx(2 / 3)
    assert summary.covered_s == 25.0
    assert summary.comments_per_s == pytest.approx(11 / 25)


@pytest.mark.parametrize(
    ("traffic", "calls"),
    [
        (Traffic(), 3),
        (Traffic(modes=("batch",)), 1),
        (Traffic(modes=("batch", "realtime"), backends=("onnx",)), 2),
        (Traffic(backends=("nobody",)), 0),
        (Traffic(modes=()), 0),
    ],
)
def test_filter_by_mode_and_backend(tmp_path: Path, traffic: Traffic, calls: int) -> None:
    put(
        tmp_path,
        record("a"),
        record("b", mode=Mode.BATCH),
        record("c", backend="remote"),
    )
    queries = ServingLogQueries(tmp_path)
    assert queries.summary(HOUR, traffic).calls == calls
    assert queries.by_backend(HOUR, traffic)["calls"].sum() == calls
    assert len(queries.slowest(HOUR, traffic)) == calls


def test_previous_window_ends_where_this_one_starts(tmp_path: Path) -> None:
    put(tmp_path, record("before", -1, total_ms=7.0), record("first", 0))
    queries = ServingLogQueries(tmp_path)
    assert queries.summary(HOUR).p50 == 10.0
    assert queries.summary(HOUR.previous()).p50 == 7.0


def test_series_has_a_row_for_every_bucket_and_a_gap_where_nothing_ran(tmp_path: Path) -> None:
    put(
        tmp_path,
        record("a", 0, batch_size=10),
        record("b", 20),
        record("c", 20, mode=Mode.LOAD_TEST, error_kind="timeout"),
    )
    frame = ServingLogQueries(tmp_path).series(HOUR, 10)
    assert len(frame) == 9  # 3 buckets of onnx realtime, onnx load test, and all together
    onnx = frame[frame["series"] == "onnx · realtime"].set_index("bucket_at")
    assert list(onnx["calls"]) == [1, 0, 1]
    assert list(onnx["p95"].isna()) == [False, True, False]
    assert list(onnx["comments_per_s"]) == [1.0, 0.0, 0.1]
    assert onnx.index[0] == START
    together = frame[frame["series"].isna()]
    assert list(together["errors"]) == [0, 0, 1]


def test_summary_counts_what_was_spared(tmp_path: Path) -> None:
    put(
        tmp_path,
        record("a", 0, batch_size=8, cache_hits=4, first_stage_count=2, first_stage_ms=1.0),
        record("b", 10, batch_size=2),
    )
    summary = ServingLogQueries(tmp_path).summary(HOUR)
    assert (summary.cache_hits, summary.cleared) == (4, 2)
    assert (summary.hit_share, summary.cleared_share) == (0.4, 0.2)


def test_calls_logged_before_there_was_a_cache_spared_nothing(tmp_path: Path) -> None:
    line = json.loads(encode(record("a")))
    for name in ("cache_hits", "first_stage_ms", "first_stage_count", "audit_count"):
        del line[name]
    (tmp_path / "a-1-1-0.jsonl").write_text(json.dumps(line) + "\n")
    queries = ServingLogQueries(tmp_path)
    assert queries.summary(HOUR).hit_share == 0
    assert queries.audits(START, "v1") == Audits(0, 0, 0, 0)


def test_audits_are_those_of_live_traffic_with_that_model_since_then(tmp_path: Path) -> None:
    counts = {"first_stage_count": 50, "audit_count": 3, "audit_missed": 1, "flag_count": 7}
    put(
        tmp_path,
        record("a", 0, batch_size=60, **counts),
        record("b", 10, batch_size=60, mode=Mode.BATCH, **counts),
        record("early", -1, batch_size=60, **counts),
        record("load", 10, batch_size=60, mode=Mode.LOAD_TEST, **counts),
        record("other", 10, batch_size=60, model_version="v2", **counts),
    )
    assert ServingLogQueries(tmp_path).audits(START, "v1") == Audits(100, 6, 2, 14)


def test_first_stage_has_its_share_of_the_time(tmp_path: Path) -> None:
    put(tmp_path, record("a", 0, total_ms=10.0, first_stage_ms=4.0, compute_ms=5.0))
    frame = ServingLogQueries(tmp_path).by_backend(HOUR)
    assert frame.loc[0, "first_stage_share"] == pytest.approx(0.4)
    assert frame.loc[0, "other_share"] == pytest.approx(0.1)


def test_table_says_where_the_time_goes_and_the_busy_rate(tmp_path: Path) -> None:
    put(
        tmp_path,
        record("a", 0, total_ms=1000.0, tokenize_ms=200.0, compute_ms=700.0, batch_size=30),
        record("b", 0.5, total_ms=1000.0, tokenize_ms=200.0, compute_ms=700.0, batch_size=30),
        record("c", 600, total_ms=500.0, tokenize_ms=100.0, compute_ms=350.0, batch_size=30),
        record("d", 700, backend="silent"),
    )
    frame = ServingLogQueries(tmp_path).by_backend(HOUR).set_index("backend")
    assert frame.loc["onnx", "comments_per_busy_s"] == pytest.approx(90 / 2.0)
    assert frame.loc["onnx", "tokenize_share"] == pytest.approx(0.2)
    assert frame.loc["onnx", "compute_share"] == pytest.approx(0.7)
    assert frame.loc["onnx", "queue_share"] == 0
    assert frame.loc["onnx", "other_share"] == pytest.approx(0.1)
    assert frame.loc["silent", "other_share"] == 1
    assert frame.loc["onnx", "ms_per_comment"] == pytest.approx(1000 / 30)


def test_slowest_calls_come_first_and_stop_at_fifty(tmp_path: Path) -> None:
    put(tmp_path, *(record(f"{n:03}", n, total_ms=float(n)) for n in range(70)))
    frame = ServingLogQueries(tmp_path).slowest(HOUR)
    assert list(frame["total_ms"][:2]) == [69.0, 68.0]
    assert len(frame) == 50
    assert str(frame["started_at"].dt.tz) == "UTC"


def test_series_names_keep_the_order_of_first_appearance(tmp_path: Path) -> None:
    put(tmp_path, record("b", 5, backend="alpha"), record("a", 0, backend="zeta"))
    names = [series.name for series in ServingLogQueries(tmp_path).series_names()]
    assert names == ["zeta · realtime", "alpha · realtime"]


def test_an_estimate_gets_failed_calls_and_no_warm_up(tmp_path: Path) -> None:
    put(
        tmp_path,
        record("a", total_ms=3.0),
        record("b", 1, error_kind="timeout"),
        record("c", 2, mode=Mode.WARMUP),
        record("d", 3, backend="tei"),
    )
    calls = ServingLogQueries(tmp_path).estimate_calls(HOUR, "onnx")
    assert [(one.total_ms, one.is_failed) for one in calls] == [(3.0, False), (10.0, True)]


def test_threads_ask_at_once(tmp_path: Path) -> None:
    put(tmp_path, *(record(str(n), n) for n in range(200)))
    queries, answers = ServingLogQueries(tmp_path), []

    def ask() -> None:
        answers.extend(queries.summary(HOUR).calls for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 40


@pytest.mark.parametrize(
    ("age", "choice"),
    [
        (timedelta(minutes=1), WindowChoice.MINUTES_15),
        (timedelta(minutes=15), WindowChoice.HOUR),
        (timedelta(hours=5), WindowChoice.HOURS_6),
        (timedelta(days=3), WindowChoice.WEEK),
        (timedelta(days=30), WindowChoice.ALL),
    ],
)
def test_page_opens_on_the_smallest_window_that_shows_something(
    age: timedelta, choice: WindowChoice
) -> None:
    assert smallest_window(START - age, START) is choice
    window = window_of(choice, START)
    assert window.since <= START - age < window.until


def test_empty_log_opens_on_an_hour() -> None:
    assert smallest_window(None, START) is WindowChoice.HOUR
