import json
import logging
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from core.clock import Clock
from core.errors import ConfigError
from core.servinglog import writer as writer_module
from core.servinglog.memory import MemoryLog
from core.servinglog.record import ServingLog, ServingRecord
from core.servinglog.writer import SegmentWriter, encode
from tests.servinglog_records import record

NOW = datetime(2026, 11, 1, 12, 0, 0, 123456, tzinfo=UTC)


class SteppedClock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.passed_s = 0.0

    def clock(self) -> Clock:
        return Clock(
            now=lambda: NOW + timedelta(seconds=self.passed_s), monotonic=lambda: self.passed_s
        )


@pytest.fixture
def time() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def log(tmp_path: Path, time: SteppedClock) -> Iterator[SegmentWriter]:
    log = SegmentWriter(tmp_path / "log", "api", time.clock())
    yield log
    log.close()


def lines(directory: Path) -> list[dict[str, object]]:
    return [
        json.loads(line)
        for path in sorted(directory.glob("*.jsonl"))
        for line in path.read_text().splitlines()
    ]


def test_line_has_every_field_and_utc_time() -> None:
    paris = timezone(timedelta(hours=1))
    line = encode(record(started_at=NOW.astimezone(paris), queue_ms=None))
    values = json.loads(line)
    assert line.endswith(b"\n")
    assert values["started_at"] == "2026-11-01T12:00:00.123456+00:00"
    assert values["schema"] == 1
    assert values["mode"] == "realtime"
    assert values["queue_ms"] is None
    assert set(values) == {"schema", *ServingRecord.__slots__}


def test_no_file_before_the_first_record(log: SegmentWriter, tmp_path: Path) -> None:
    assert not (tmp_path / "log").exists()
    log.write(record())
    (segment,) = (tmp_path / "log").iterdir()
    assert segment.name == f"api-{os.getpid()}-{int(NOW.timestamp())}123456-0.jsonl"


def test_record_is_in_the_file_when_write_returns(log: SegmentWriter, tmp_path: Path) -> None:
    log.write(record("a"))
    log.write(record("b"))
    assert [line["request_id"] for line in lines(tmp_path / "log")] == ["a", "b"]


@pytest.mark.parametrize(("passed_s", "segments"), [(59.0, 1), (60.0, 2)])
def test_segment_rotates_by_age(
    log: SegmentWriter, time: SteppedClock, tmp_path: Path, passed_s: float, segments: int
) -> None:
    log.write(record("a"))
    time.passed_s = passed_s
    log.write(record("b"))
    assert len(list((tmp_path / "log").iterdir())) == segments


def test_segment_rotates_by_size(
    log: SegmentWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size_bytes = len(encode(record()))
    monkeypatch.setattr(writer_module, "ROTATE_AFTER_BYTES", 2 * size_bytes)
    for _ in range(5):
        log.write(record())
    sizes = sorted(path.stat().st_size for path in (tmp_path / "log").iterdir())
    assert sizes == [size_bytes, 2 * size_bytes, 2 * size_bytes]


def test_writer_opened_again_never_reopens_a_segment(
    tmp_path: Path, time: SteppedClock, log: SegmentWriter
) -> None:
    log.write(record("a"))
    log.close()
    log.write(record("b"))
    other = SegmentWriter(tmp_path / "log", "api", time.clock())
    other.write(record("c"))
    other.close()
    assert len(list((tmp_path / "log").iterdir())) == 3


def test_unwritable_folder_is_counted_and_logged_once(
    tmp_path: Path, time: SteppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    log = SegmentWriter(tmp_path / "file" / "log", "api", time.clock())
    with caplog.at_level(logging.WARNING):
        log.write(record())
        log.write(record())
    assert log.dropped_count == 2
    assert len(caplog.records) == 1


def test_record_that_is_not_a_number_is_dropped(log: SegmentWriter, tmp_path: Path) -> None:
    log.write(record(total_ms=float("nan")))
    assert log.dropped_count == 1
    assert not (tmp_path / "log").exists()


def test_after_a_write_that_was_cut_off_the_next_record_opens_a_new_segment(
    log: SegmentWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.write(record("a"))
    real_write = os.write
    monkeypatch.setattr(os, "write", lambda fd, line: real_write(fd, line[:10]))
    log.write(record("torn"))
    monkeypatch.undo()
    log.write(record("b"))
    assert log.dropped_count == 1
    assert sorted(path.read_bytes().count(b"\n") for path in (tmp_path / "log").iterdir()) == [1, 1]


def test_threads_share_a_writer(log: SegmentWriter, tmp_path: Path) -> None:
    def work(name: int) -> None:
        for number in range(100):
            log.write(record(f"{name}-{number}"))

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({line["request_id"] for line in lines(tmp_path / "log")}) == 400
    assert len(list((tmp_path / "log").iterdir())) == 1


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_forked_child_writes_a_segment_of_its_own(log: SegmentWriter, tmp_path: Path) -> None:
    log.write(record("parent"))
    with log._lock:  # held by another thread while forking: the child must not wait for it
        child = os.fork()
        if child == 0:
            log.write(record("child"))
            os._exit(0)
    os.waitpid(child, 0)
    log.write(record("parent again"))
    names = sorted(path.name for path in (tmp_path / "log").iterdir())
    assert len(names) == 2
    assert sorted(path.read_bytes().count(b"\n") for path in (tmp_path / "log").iterdir()) == [1, 2]


@pytest.mark.parametrize("worker", ["", "a-b", "../x", "a/b"])
def test_worker_name_that_would_break_the_file_name_is_refused(
    worker: str, tmp_path: Path, time: SteppedClock
) -> None:
    with pytest.raises(ConfigError):
        SegmentWriter(tmp_path, worker, time.clock())


def test_memory_log_keeps_records() -> None:
    log: ServingLog = MemoryLog()
    log.write(record("a"))
    log.close()
    assert isinstance(log, MemoryLog)
    assert [kept.request_id for kept in log.records] == ["a"]
