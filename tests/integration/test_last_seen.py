"""Queries to the serving log by backend, and by process that calls it."""

from datetime import timedelta
from pathlib import Path

import pytest

from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import Mode, ServingRecord
from core.servinglog.traffic_filter import Traffic
from tests.servinglog_records import HOUR, START, put, record

API, OTHER = "api-4242-1762000000000000-0.jsonl", "rescore-7-1762000000000000-0.jsonl"


@pytest.fixture
def queries(tmp_path: Path) -> ServingLogQueries:
    return ServingLogQueries(tmp_path)


def failed(at_s: float, kind: str, **changes: object) -> ServingRecord:
    return record(f"f{at_s}", at_s, backend="tei", error_kind=kind, **changes)


def answered(at_s: float, **changes: object) -> ServingRecord:
    return record(f"a{at_s}", at_s, backend="tei", **changes)


def test_percentile_is_of_the_answered_calls_of_a_backend_in_all_chosen_modes(
    tmp_path: Path, queries: ServingLogQueries
) -> None:
    modes = [Mode.REALTIME, Mode.BATCH]
    calls = [record(f"c{n}", n, mode=modes[n % 2], total_ms=float(n)) for n in range(101)]
    trial = record("t", 1, mode=Mode.TRIAL, total_ms=9_000.0)
    late = [failed(200, "timeout"), failed(201, "timeout"), failed(202, "circuit_open")]
    put(tmp_path, *calls, trial, *late, failed(203, "circuit_open"), failed(204, "circuit_open"))
    live = Traffic(modes=tuple(modes))
    onnx, tei = queries.backend_calls(HOUR, live)
    assert (onnx.backend, onnx.calls, onnx.answered, onnx.p95) == ("onnx", 101, 101, 95.0)
    assert (onnx.errors, onnx.usual_error) == (0, None)
    assert (tei.calls, tei.answered, tei.error_share, tei.p95) == (5, 0, 1.0, None)
    assert tei.usual_error == "timeout"


def test_each_process_is_told_apart_and_the_newest_comes_first(
    tmp_path: Path, queries: ServingLogQueries
) -> None:
    failures = [failed(10 + n, "timeout") for n in range(5)]
    put(tmp_path, answered(0), *failures, failed(20, "circuit_open"), name=API)
    put(tmp_path, answered(15, mode=Mode.BATCH), name=OTHER)
    api, rescore = queries.last_seen(START)
    assert (api.process, api.failures, api.last_error) == ("api-4242", 6, "circuit_open")
    assert (api.trouble, api.last_at) == ("timeout", START + timedelta(seconds=20.01))
    assert api.answered_at == api.live_at == START + timedelta(seconds=0.01)
    assert (rescore.process, rescore.failures, rescore.last_error) == ("rescore-7", 0, None)
    assert rescore.trouble is None


def test_an_answer_ends_the_row_of_failures(tmp_path: Path, queries: ServingLogQueries) -> None:
    put(tmp_path, failed(0, "timeout"), failed(1, "timeout"), answered(2), failed(3, "connect"))
    (seen,) = queries.last_seen(START)
    assert (seen.failures, seen.trouble, seen.last_error) == (1, "connect", "connect")


def test_a_refused_text_is_an_answer_but_to_no_live_call(
    tmp_path: Path, queries: ServingLogQueries
) -> None:
    put(tmp_path, failed(0, "timeout"), failed(1, "bad_input"))
    (seen,) = queries.last_seen(START)
    assert (seen.failures, seen.live_at) == (0, None)
    assert seen.answered_at == START + timedelta(seconds=1.01)


def test_trials_and_what_is_long_past_say_nothing(
    tmp_path: Path, queries: ServingLogQueries
) -> None:
    put(tmp_path, failed(0, "timeout"), failed(99, "timeout", mode=Mode.TRIAL))
    assert queries.last_seen(START + timedelta(seconds=1)) == ()
    (seen,) = queries.last_seen(START)
    assert seen.failures == 1


def test_an_explanation_tells_of_the_process_but_is_no_live_answer(
    tmp_path: Path, queries: ServingLogQueries
) -> None:
    put(tmp_path, answered(0, mode=Mode.EXPLAIN))
    (seen,) = queries.last_seen(START)
    assert (seen.failures, seen.live_at) == (0, None)
