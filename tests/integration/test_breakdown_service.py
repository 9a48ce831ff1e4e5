"""How the calls of a window spread, from rows and from their sums."""

from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import system_clock
from core.services.breakdown import Breakdown, break_down
from core.servinglog.archive.compaction import compact
from core.servinglog.breakdown_queries import HEAT_ROWS
from core.servinglog.phases import Phase, phases
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import ServingRecord
from core.servinglog.traffic_filter import ALL_TRAFFIC
from tests.integration.test_traffic_service import OPS
from tests.log_stores import aged
from tests.servinglog_records import HOUR, START, put, record

TOLD = record("told", 5, location="remote", backend="gpu", total_ms=50.0, queue_ms=12.0,
              server_queue_ms=8.0, server_ms=30.0, tokenize_ms=1.0, compute_ms=20.0,
              network_ms=14.0, wait_ms=1.5)  # fmt: skip
MADE = (
    TOLD,
    record("total", 6, location="remote", backend="openai", server_ms=7.0, network_ms=2.0),
    record("nothing", 7, location="remote", backend="quiet"),
    record("old", 8, location="remote", backend="older", queue_ms=3.0, network_ms=2.0),
    record("here", 9, queue_ms=2.0, compute_ms=7.0, first_stage_ms=0.5),
)


def seen(folder: Path) -> Breakdown:
    return break_down(OPS, ServingLogQueries(folder), HOUR, ALL_TRAFFIC, 3600.0)


@pytest.mark.parametrize("call", MADE, ids=[one.request_id for one in MADE])
def test_phases_in_sql_are_those_of_one_call(tmp_path: Path, call: ServingRecord) -> None:
    put(tmp_path, call)
    found = seen(tmp_path).phases
    by_series = found[found["bucket_at"].isna() & (found["ms"] > 0)]
    assert dict(zip(by_series["phase"], by_series["ms"], strict=True)) == pytest.approx(
        {str(one.phase): one.ms for one in phases(call)}
    )
    assert set(found["phase"]) == set(map(str, Phase))


def test_phases_of_a_bucket_are_means_of_answered_calls(tmp_path: Path) -> None:
    put(
        tmp_path,
        record("a", 0, compute_ms=4.0),
        record("b", 1, compute_ms=8.0),
        record("c", 2, compute_ms=99.0, error_kind="timeout"),
    )
    found = seen(tmp_path).phases
    timed = found[found["bucket_at"].notna()].set_index("phase")["ms"]
    assert (timed["compute"], timed["other"]) == (6.0, 4.0)


def test_sums_don_t_claim_to_know_whose_queue_it_was(tmp_path: Path) -> None:
    aged(put(tmp_path, *MADE, name="api-1-1-0.jsonl"))
    compact(tmp_path, system_clock(), keep_rows=timedelta(seconds=1))
    found = seen(tmp_path)
    gpu = found.phases[found.phases["series"] == "gpu · realtime"].set_index("phase")["ms"]
    assert gpu["queue, here or there"] == 12.0
    assert "client queue" not in gpu
    assert gpu["other"] == pytest.approx(50 - 12 - 1 - 20 - 14)
    assert found.classes.empty
    assert found.cold.empty


def test_heat_map_holds_each_answered_call_once(tmp_path: Path) -> None:
    made = [record(f"r{n}", n * 6.0, total_ms=1.03**n) for n in range(300)]
    failed = record("failed", 3, error_kind="timeout")
    put(tmp_path / "rows", *made, failed)
    aged(put(tmp_path / "sums", *made, failed, name="api-1-1-0.jsonl"))
    compact(tmp_path / "sums", system_clock(), keep_rows=timedelta(seconds=1))
    for folder in ("rows", "sums"):
        cells = seen(tmp_path / folder).heat
        assert cells["calls"].sum() == 300
        assert cells.groupby(["from_ms", "to_ms"]).ngroups <= HEAT_ROWS
        assert cells["bucket_at"].nunique() <= 60
        assert cells["from_ms"].min() < 1.0
        assert cells["to_ms"].max() >= 1.03**299
        assert (cells["from_ms"] < cells["to_ms"]).all()


def test_sizes_and_lengths_are_classes_up_to_powers_of_two(tmp_path: Path) -> None:
    put(
        tmp_path,
        record("a", 0, batch_size=1, chars=100, total_ms=10.0),
        record("b", 1, batch_size=3, chars=300, total_ms=30.0),
        record("c", 2, batch_size=4, chars=0, total_ms=40.0),  # nobody told how long they were
    )
    found = seen(tmp_path).classes
    size = found[found["of_what"] == "size"]
    assert list(zip(size["upto"], size["calls"], size["p50"], strict=True)) == [
        (1, 1, 10.0),
        (4, 2, 35.0),
    ]
    length = found[found["of_what"] == "length"]
    assert list(zip(length["upto"], length["calls"], length["p50"], strict=True)) == [
        (128, 2, 10.0)
    ]


def test_cold_calls_are_first_ones_and_those_after_an_idle_time(tmp_path: Path) -> None:
    before = record("before", -100, total_ms=900.0)
    warm = [record(f"w{n}", n, total_ms=10.0) for n in range(10)]
    put(tmp_path, before, *warm, record("idle", 700, total_ms=300.0), name="api-1-1-0.jsonl")
    put(tmp_path, record("first", 20, total_ms=500.0), name="api-2-1-0.jsonl")
    (cold,) = seen(tmp_path).cold.to_dict("records")
    assert (cold["cold"], cold["cold_ms"], cold["slowest_ms"], cold["warm_ms"]) == (2, 400, 500, 10)
    assert cold["last_at"].to_pydatetime() == START + timedelta(seconds=700)


def test_window_without_an_answer_has_nothing_to_spread(tmp_path: Path) -> None:
    put(tmp_path, record("a", 0, error_kind="timeout"))
    found = seen(tmp_path)
    assert found.heat.empty
    assert found.phases.empty
    assert found.classes.empty
