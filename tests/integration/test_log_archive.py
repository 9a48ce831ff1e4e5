"""An archived log answers as before, whatever was archived and whatever came later."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from core.clock import Clock, system_clock
from core.errors import StoreError
from core.servinglog.archive.compaction import CompactionCounts, compact
from core.servinglog.archive.place import ARCHIVE, ArchivePlace
from core.servinglog.lines import REFUSAL
from core.servinglog.queries import ServingLogQueries
from core.servinglog.windows import Window
from core.servinglog.writer import SegmentWriter, encode
from tests.integration.servinglog_lines import GOOD, NOW, contents_of, refusal
from tests.log_stores import aged
from tests.servinglog_records import HOUR, START, put, record

pytestmark = pytest.mark.slow

DAY = Window(START - timedelta(hours=1), START + timedelta(hours=23))


def archive(folder: Path, **keep: timedelta) -> CompactionCounts:
    done = compact(folder, system_clock(), **keep)
    assert done is not None
    return done


def mixed_log(folder: Path) -> None:
    """Calls of two processes in two hours, a failure, a refusal, and a copied line."""
    calls = [
        record(
            f"c{number}",
            number * 60,
            total_ms=1.5 * (number + 1),
            queue_ms=0.25,
            mode="batch" if number % 3 == 0 else "realtime",
            batch_size=2 if number % 3 == 0 else 1,
            error_kind="timeout" if number == 7 else None,
            caller_request_id=f"r{number // 2}",
        )
        for number in range(90)
    ]
    aged(put(folder, *calls[:50], calls[3], name="api-1-1-0.jsonl"))
    path = put(folder, *calls[50:], name="api-2-1-0.jsonl")
    with path.open("ab") as file:
        file.write(REFUSAL.encode(refusal("refused", 61, refused_count=3)))
    aged(path)


def answers(queries: ServingLogQueries) -> dict[str, object]:
    """What every query says, frames as JSON."""
    until = START + timedelta(hours=2)
    frames = {
        "series": queries.series(DAY, 3600),
        "by_backend": queries.by_backend(DAY),
        "slowest": queries.slowest(DAY),
    }
    return {
        **{
            name: json.loads(frame.to_json(double_precision=6, date_format="iso"))
            for name, frame in frames.items()
        },
        "summary": queries.summary(DAY),
        "bounds": queries.bounds(),
        "contents": queries.contents(until),
        "refused": queries.refused(DAY),
        "found": queries.find("r4"),
        "seen": queries.last_seen(START - timedelta(days=1), until),
        "names": queries.series_names(until),
        "audits": queries.audits(START, "v1"),
        "backends": queries.backend_calls(DAY),
        "last": queries.newest(until, 5),
        "estimated": queries.estimate_calls(DAY, "onnx"),
    }


def test_an_archived_log_answers_as_before_and_leaves_the_memory(tmp_path: Path) -> None:
    mixed_log(tmp_path)
    queries = ServingLogQueries(tmp_path)
    before = answers(queries)
    assert archive(tmp_path) == CompactionCounts(segments=2, rows=91, duplicates=1)
    assert not list(tmp_path.glob("*.jsonl"))
    assert answers(queries) == before
    assert answers(ServingLogQueries(tmp_path)) == before
    with queries._mirror.cursor() as cursor:
        assert cursor.execute("SELECT count(*) FROM call_lines").fetchall() == [(0,)]


def test_a_segment_whose_rows_are_archived_counts_once_while_it_is_there(tmp_path: Path) -> None:
    """As after a kill between the manifest and the deletion."""
    mixed_log(tmp_path)
    segments = {path: path.read_bytes() for path in tmp_path.glob("*.jsonl")}
    archive(tmp_path)
    once = answers(ServingLogQueries(tmp_path))
    for path, lines in segments.items():
        path.write_bytes(lines)
    queries = ServingLogQueries(tmp_path)
    assert answers(queries) == once
    with queries._mirror.cursor() as cursor:
        assert cursor.execute("SELECT count(*) FROM call_lines").fetchall() == [(0,)]


def test_sums_count_as_rows_do(tmp_path: Path) -> None:
    mixed_log(tmp_path)
    archive(tmp_path)
    exact, sums = ServingLogQueries(tmp_path), ServingLogQueries(tmp_path, exact_rows=0)
    for window in (DAY, HOUR, Window(START + timedelta(seconds=30), START + timedelta(seconds=90))):
        rows, summed = exact.summary(window), sums.summary(window)
        assert (rows.bound, summed.bound) == (0.0, 0.02)
        assert (summed.calls, summed.errors, summed.comments) == (
            (rows.calls, rows.errors, rows.comments)
        )
        assert (summed.first_at, summed.last_at) == (rows.first_at, rows.last_at)
        by_rows, by_sums = exact.by_backend(window), sums.by_backend(window)
        for name in ("mode", "calls", "answered", "comments", "errors"):
            assert list(by_sums[name]) == list(by_rows[name])
        for name in ("queue_share", "other_share", "comments_per_busy_s"):
            assert list(by_sums[name]) == pytest.approx(list(by_rows[name]))
    assert (exact.least_bucket_s(DAY), sums.least_bucket_s(DAY)) == (1, 60)
    for width in (60, 3600):
        rows_over_time, sums_over_time = exact.series(DAY, width), sums.series(DAY, width)
        for name in ("bucket_at", "calls", "comments_per_s", "errors"):
            assert list(sums_over_time[name]) == list(rows_over_time[name])


def test_what_is_written_later_is_added(tmp_path: Path) -> None:
    mixed_log(tmp_path)
    archive(tmp_path)
    queries = ServingLogQueries(tmp_path, exact_rows=0)
    late = record("late", 30, total_ms=77.7)
    put(tmp_path, late, name="api-3-1-0.jsonl")
    assert (queries.summary(DAY).calls, queries.bounds().calls) == (91, 91)
    aged(tmp_path / "api-3-1-0.jsonl")
    assert archive(tmp_path).rows == 1
    assert (queries.summary(DAY).calls, queries.bounds().calls) == (91, 91)
    assert queries.find("late").calls == (late,)
    assert ServingLogQueries(tmp_path).summary(HOUR).calls == 61
    assert len(list((tmp_path / ARCHIVE).rglob("calls/*/hour=12/*.parquet"))) == 2  # one replaced


def test_a_segment_that_comes_back_is_a_copy(tmp_path: Path) -> None:
    path = put(tmp_path, record("a"), record("b", 1, total_ms=1.23456))
    content = path.read_bytes()
    aged(path)
    archive(tmp_path)
    queries = ServingLogQueries(tmp_path)
    assert queries.contents(NOW).duplicates == 0
    path = tmp_path / "restored-1-1-0.jsonl"
    path.write_bytes(content + encode(record("c", 2)))
    found = queries.contents(NOW)
    assert (found.lines, found.readable, found.duplicates) == (5, 3, 2)
    assert queries.summary(HOUR).calls == queries.bounds().calls == 3
    aged(path)
    assert archive(tmp_path) == CompactionCounts(segments=1, rows=1, duplicates=2)
    assert queries.contents(NOW) == found


def test_what_can_not_be_archived_stays_and_is_shown(tmp_path: Path) -> None:
    torn = put(tmp_path, record("a"), name="torn-1-1-0.jsonl")
    torn.write_bytes(torn.read_bytes() + b'{"schema":1,"request_id":"b')
    later = tmp_path / "later-1-1-0.jsonl"
    later.write_text(json.dumps(GOOD | {"schema": 2, "colour": "red"}) + "\n")
    (tmp_path / "odd name.jsonl").write_bytes(encode(record("odd")))
    young = put(tmp_path, record("young"), name="young-1-1-0.jsonl")
    writer = SegmentWriter(tmp_path, "idle", system_clock())
    writer.write(record("idle"))
    for path in tmp_path.glob("*.jsonl"):
        if path != young:
            aged(path)
    before = contents_of(tmp_path)
    left = "\n".join(archive(tmp_path).left)
    for words in ("unreadable lines", "another version", "still open", "would not give"):
        assert words in left
    assert contents_of(tmp_path) == before
    assert len(list(tmp_path.glob("*.jsonl"))) == 5
    writer.close()
    assert archive(tmp_path).segments == 1


def test_lines_of_the_future_stay_future(tmp_path: Path) -> None:
    aged(put(tmp_path, record("a"), record("soon", 1800), record("far", 9 * 3600)))
    archive(tmp_path)
    queries = ServingLogQueries(tmp_path)
    assert queries.contents(START + timedelta(minutes=1)).future == 2
    assert queries.contents(START + timedelta(hours=1)).future == 1
    assert queries.contents(START + timedelta(hours=10)).future == 0


def test_old_rows_go_and_their_sums_stay(tmp_path: Path) -> None:
    mixed_log(tmp_path)
    archive(tmp_path)
    queries = ServingLogQueries(tmp_path)
    before = queries.summary(DAY)
    assert archive(tmp_path, keep_rows=timedelta(days=36_500)).deleted_hours == 0
    # Two hours of calls, and one of refusals.
    assert archive(tmp_path, keep_rows=timedelta(days=1)).deleted_hours == 3
    after = queries.summary(DAY)
    assert (after.calls, after.errors, after.bound) == (before.calls, before.errors, 0.02)
    assert queries.contents(NOW).lines == 92
    assert queries.find("c1").calls == ()
    assert len(queries.slowest(DAY)) == 0
    assert sum(one.requests for one in queries.refused(Window(START, NOW))) == 3
    # A call that comes so late that its hour is only sums is added to them.
    aged(put(tmp_path, record("late", 45), name="api-4-1-0.jsonl"))
    assert archive(tmp_path, keep_rows=timedelta(days=1)).rows == 1
    assert (queries.summary(DAY).calls, queries.bounds().calls) == (91, 91)
    archive(tmp_path, keep_rows=timedelta(days=1), keep_sums=timedelta(days=2))
    assert (
        queries.bounds().calls == queries.summary(DAY).calls == queries.contents(NOW).readable == 0
    )


def test_one_process_at_a_time(tmp_path: Path) -> None:
    mixed_log(tmp_path)
    with ArchivePlace(tmp_path).locked() as is_mine:
        assert is_mine
        assert compact(tmp_path, system_clock()) is None
    assert archive(tmp_path).segments == 2


def test_replaced_files_go_when_no_query_reads_them_any_more(tmp_path: Path) -> None:
    mixed_log(tmp_path)
    archive(tmp_path)
    aged(put(tmp_path, record("late", 45), name="api-4-1-0.jsonl"))
    archive(tmp_path)
    stray = tmp_path / ARCHIVE / ".draft-of-a-killed-process"
    stray.write_bytes(b"half")
    os.utime(stray, (0, 0))
    files = set((tmp_path / ARCHIVE).rglob("*.parquet"))
    later = system_clock().now() + timedelta(hours=1)
    compact(tmp_path, Clock(lambda: later, system_clock().monotonic))
    left = set((tmp_path / ARCHIVE).rglob("*.parquet"))
    assert len(left) == len(files) - 3  # an hour's rows and a day's two files of sums
    assert not stray.exists()
    assert ServingLogQueries(tmp_path).summary(DAY).calls == 91


def test_rows_of_an_earlier_version_have_defaults(tmp_path: Path) -> None:
    """As if the fields from `queue_ms` on had not existed when they were archived."""
    mixed_log(tmp_path)
    archive(tmp_path)
    place = ArchivePlace(tmp_path)
    for one in place.read().hours.values():
        if one.root == "calls" and one.path is not None:
            rows = pq.read_table(place.file(one.path), partitioning=None)
            names = [*rows.column_names[: rows.column_names.index("queue_ms")], "process"]
            pq.write_table(rows.select(names), place.file(one.path))
    queries = ServingLogQueries(tmp_path)
    (call,) = queries.find("c1").calls
    assert (call.queue_ms, call.attempts, call.error_kind) == (None, 1, None)
    assert queries.summary(DAY).calls == 90
    aged(put(tmp_path, record("late", 45, attempts=2), name="api-4-1-0.jsonl"))
    archive(tmp_path)
    assert queries.summary(DAY).calls == 91
    assert queries.find("late").calls[0].attempts == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "cut off or changed"),
        (b'{"version": 99}', "later version"),
        (b'{"version": 1, "hours": [["calls", "x", 1, 1, "/etc/passwd", []]]}', "cut off"),
    ],
)
def test_a_manifest_that_can_not_be_used_is_told(
    tmp_path: Path, content: bytes, words: str
) -> None:
    mixed_log(tmp_path)
    archive(tmp_path)
    (tmp_path / ARCHIVE / "manifest.json").write_bytes(content)
    with pytest.raises(StoreError, match=words):
        ServingLogQueries(tmp_path).summary(DAY)
    with pytest.raises(StoreError, match=words):
        compact(tmp_path, system_clock())


@pytest.mark.parametrize("name", ["log [1]?*", "it's"])
def test_a_folder_of_any_name_is_archived(tmp_path: Path, name: str) -> None:
    mixed_log(tmp_path / name)
    archive(tmp_path / name)
    assert ServingLogQueries(tmp_path / name).summary(DAY).calls == 90
    assert ServingLogQueries(tmp_path / name, exact_rows=0).summary(DAY).calls == 90
