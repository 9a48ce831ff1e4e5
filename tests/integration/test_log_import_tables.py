"""`logs import` of tables: columns by name, remembered columns, units by column."""

import json
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from core.servinglog.traffic_filter import Traffic
from tests.log_imports import ALL, START, queries, run, write


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_columns_are_remembered(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = write(tmp_path, "a.csv", "when;t;who\n", "2026-11-01T12:00:00Z;41;a\n")
    second = write(tmp_path, "b.csv", "when;t;who\n", "2026-11-02T12:00:00Z;42;a\n")
    assert run(second) == 2
    assert "--map time=" in capsys.readouterr().err
    assert run(first, "--map", "time=when,total=t", "--unit", "ms") == 0
    assert run(second) == 0
    assert "columns as remembered: time=when, total=t" in capsys.readouterr().out
    assert queries(home).summary(ALL).calls == 2


def test_what_was_remembered_of_one_table_excuses_no_other(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("ms.csv", 259), ("s.csv", 0.259)):
        rows = [f"2026-11-01T12:00:{n:02}Z,{value}\n" for n in range(40)]
        code = run(write(tmp_path, name, "ts,latency_ms\n", *rows))
        assert code == (0 if name == "ms.csv" else 2)
    assert "Another unit: --unit s" in capsys.readouterr().err
    assert queries(home).summary(ALL).calls == 40


def test_files_with_a_mark_and_other_line_ends(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"\xef\xbb\xbfts,took_ms\r\n2026-11-01T12:00:00Z,41\r\n\r\n")
    assert run(file) == 0
    assert queries(home).summary(ALL).p50 == 41


def test_table_with_all_columns(home: Path, tmp_path: Path) -> None:
    row = {
        "started_at": "2026-11-01T12:00:00Z", "ended_at": "2026-11-01T12:00:00.050Z",
        "phases": {"queue_ms": 3, "computeUs": 40_000, "tokenize (s)": 0.001, "network_ms": 2},
        "status": "200", "error": False, "batch_size": 16, "chars": 900, "tokens": 250,
        "model": "guard", "request_id": "r1", "trace_id": "t1", "url": "/score?key=1",
    }  # fmt: skip
    flat = {f"{name}": value for name, value in row.items() if name != "phases"}
    mapped = "queue=phases.queue_ms,compute=phases.computeUs,tokenize=phases.tokenize (s)"
    file = write(
        tmp_path,
        "a.jsonl",
        json.dumps(row),
        "\n",
        json.dumps(flat | {"status": "500", "request_id": "r2"}),
    )
    assert run(file, "--map", mapped + ",network=phases.network_ms", "--path", "/score") == 0
    (call,) = queries(home).find("r1").calls
    assert (call.total_ms, call.queue_ms, call.compute_ms, call.tokenize_ms) == (50, 3, 40, 1)
    assert (call.network_ms, call.batch_size, call.chars, call.tokens) == (2, 16, 900, 250)
    assert (call.model_version, call.trace_id) == ("guard", "t1")
    (failed,) = queries(home).find("r2").calls
    assert (failed.error_kind, failed.queue_ms, failed.network_ms) == ("backend", None, None)


def test_parquet(home: Path, tmp_path: Path) -> None:
    times = [START.replace(tzinfo=None) + timedelta(seconds=n) for n in range(50)]
    table = pa.table({"timestamp": times, "latency_s": [0.1 + n / 100 for n in range(50)]})
    parquet.write_table(table, tmp_path / "a.parquet")
    for _ in range(2):
        assert run(tmp_path / "a.parquet", "--zone", "UTC", "--backend", "old server") == 0
    summary = queries(home).summary(ALL, Traffic(backends=("old server",)))
    assert summary.calls == 50
    assert summary.p50 == pytest.approx(345)


def test_lines_that_cannot_be_used_are_counted_and_the_others_enter(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ["2026-11-01T12:00:00Z,41\n", "2026-11-01T12:00:00Z,-1\n", "2026-11-01T12:00:00Z,\n",
            "2026-11-01T12:00:00Z,43,4\n", "later,44\n", "2026-11-01T12:00:01Z,NaN\n",
            *(f"2026-11-01T12:00:{n:02}Z,{41 + n}\n" for n in range(9))]  # fmt: skip
    assert run(write(tmp_path, "a.csv", "ts,took_ms\n", *rows)) == 1
    printed = capsys.readouterr().out
    for why in (
        "1: the duration is below 0 (first in line 3)",
        "1: there is no duration (first in line 4)",
        "1: not 2 columns, as the header has (first in line 5)",
        "1: that is not a time (first in line 6)",
        "1: the duration is not a finite number (first in line 7)",
    ):
        assert why in printed
    assert queries(home).summary(ALL).calls == 10
