"""Segments of a serving log: cut off, growing, deleted, from several writers and from a killed
one."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from core.clock import system_clock
from core.errors import StoreError
from core.servinglog import segments
from core.servinglog.queries import ServingLogQueries
from core.servinglog.segment_list import Mark
from core.servinglog.writer import SegmentWriter, encode
from tests.kills import kill_count
from tests.servinglog_records import HOUR, put, record


@pytest.mark.parametrize("exists", [True, False])
def test_no_segment_is_an_empty_log(tmp_path: Path, exists: bool) -> None:
    directory = tmp_path / "log"
    if exists:
        directory.mkdir()
    queries = ServingLogQueries(directory)
    assert queries.bounds().calls == 0
    assert queries.bounds().last_at is None
    summary = queries.summary(HOUR)
    assert (summary.calls, summary.p95, summary.error_share) == (0, None, None)
    assert summary.comments_per_s is None
    for frame in (
        queries.series(HOUR, 60),
        queries.by_backend(HOUR),
        queries.slowest(HOUR),
    ):
        assert frame.empty
        assert "series" in frame
    assert queries.estimate_calls(HOUR, "onnx") == []


def test_torn_last_line_and_garbage_cost_only_themselves(tmp_path: Path) -> None:
    path = put(tmp_path, record("a"), record("b"))
    whole = path.read_bytes()
    path.write_bytes(whole + encode(record("torn"))[:50])
    (tmp_path / "b-2-2-0.jsonl").write_bytes(b"\x00\x00\x00")
    (tmp_path / "c-3-3-0.jsonl").write_bytes(b"")
    (tmp_path / "d-4-4-0.jsonl").write_bytes(b'{"request_id":"x","total_ms":"soon"}\n')
    assert ServingLogQueries(tmp_path).bounds().calls == 2


def test_log_is_seen_as_it_grows_and_shrinks(tmp_path: Path) -> None:
    queries = ServingLogQueries(tmp_path)
    path = put(tmp_path, record("a"))
    assert queries.bounds().calls == 1
    put(tmp_path, record("a"), record("b"))
    put(tmp_path, record("c"), name="b-2-2-0.jsonl")
    assert queries.bounds().calls == 3
    path.unlink()
    assert queries.bounds().calls == 1


def test_segment_that_vanishes_between_listing_and_reading_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, record("a"))
    gone = put(tmp_path, record("b"), name="gone-1-1-0.jsonl")
    queries = ServingLogQueries(tmp_path)
    real, listings = segments.list_segments, []

    def list_then_remove(*given: Any) -> dict[str, Mark]:
        found = real(*given)
        listings.append(found)
        gone.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(segments, "list_segments", list_then_remove)
    assert queries.bounds().calls == 1
    assert len(listings) == 2


def test_folder_that_cannot_be_read_is_a_store_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> dict[str, Mark]:
        raise PermissionError("not yours")

    monkeypatch.setattr(segments, "list_segments", refuse)
    with pytest.raises(StoreError, match="could not be read"):
        ServingLogQueries(tmp_path).bounds()


def test_two_writers_and_a_rotation_are_one_log(tmp_path: Path) -> None:
    clock = system_clock()
    writers = [SegmentWriter(tmp_path, name, clock) for name in ("api", "batch")]
    for number in range(10):
        for name, writer in enumerate(writers):
            writer.write(record(f"{name}-{number}"))
            if number == 4:
                writer.close()
    for writer in writers:
        writer.close()
    assert len(list(tmp_path.iterdir())) == 4
    assert ServingLogQueries(tmp_path).bounds().calls == 20


KILLED_WRITER = """
    import os, sys
    from datetime import UTC, datetime
    from pathlib import Path
    from core.clock import system_clock
    from core.servinglog.record import Mode, ServingRecord
    from core.servinglog.writer import SegmentWriter

    log = SegmentWriter(Path(sys.argv[1]), "victim", system_clock())
    number = 0
    while True:
        log.write(ServingRecord(
            request_id=f"{os.getpid()}-{number}", started_at=datetime(2026, 11, 1, 12, tzinfo=UTC),
            mode=Mode.BATCH, backend="onnx", model_version="v1", runtime="r", precision="int8",
            location="in_process", batch_size=1, chars=1, total_ms=1.0,
        ))
        print(number, flush=True)
        number += 1
"""


def killed_writer(folder: Path, lines: int) -> int:
    """How many records a writer had written when it was killed, after at least so many."""
    victim = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED_WRITER), str(folder)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert victim.stdout is not None
    for _ in range(lines):
        acknowledged = int(victim.stdout.readline())
    os.kill(victim.pid, signal.SIGKILL)
    rest = victim.stdout.read().split("\n")[:-1]
    victim.stdout.close()
    victim.wait()
    return 1 + (int(rest[-1]) if rest else acknowledged)


def test_killed_process_loses_no_record_it_had_written(tmp_path: Path) -> None:
    written = killed_writer(tmp_path, 500)
    assert ServingLogQueries(tmp_path).bounds().calls >= written


@pytest.mark.kills
def test_many_killed_processes_lose_no_record_they_had_written(tmp_path: Path) -> None:
    kills = kill_count(200)
    written = sum(killed_writer(tmp_path, 1 + 37 * number % 300) for number in range(kills))
    calls = ServingLogQueries(tmp_path).bounds().calls
    print(f"{kills} kills, {written} written, {calls} in the log")
    assert written <= calls <= written + kills  # each may have written one that it had not said
