"""What a serving log holds: copies, refusals, other versions, and segments of any name or kind."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from core.servinglog.lines import REFUSAL
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import RefusalReason
from core.servinglog.writer import encode
from tests.integration.servinglog_lines import GOOD, NOW, contents_of, refusal
from tests.servinglog_records import HOUR, put, record


def test_calls_dated_later_are_in_no_window_and_move_none(tmp_path: Path) -> None:
    ahead = record("ahead", 6 * 3600, backend="torch")
    put(tmp_path, *(record(str(n), n) for n in range(43)), ahead)
    found = contents_of(tmp_path)
    assert (found.readable, found.future) == (43, 1)
    queries = ServingLogQueries(tmp_path)
    assert queries.summary(HOUR).calls == 43
    assert [one.backend for one in queries.series_names(NOW)] == ["onnx"]
    assert queries.contents(NOW + timedelta(hours=6)).future == 0


def test_a_copied_segment_counts_once_and_the_original_may_go(tmp_path: Path) -> None:
    path = put(tmp_path, record("a"), record("b"), record("c", error_kind="timeout"))
    copy = tmp_path / "copy of a-1-1-0.jsonl"
    copy.write_bytes(path.read_bytes())
    queries = ServingLogQueries(tmp_path)
    found = queries.contents(NOW)
    assert (found.lines, found.readable, found.duplicates) == (6, 3, 3)
    assert queries.summary(HOUR).calls == 3
    path.unlink()
    found = queries.contents(NOW)
    assert (found.lines, found.readable, found.duplicates) == (3, 3, 0)


def test_a_copy_is_one_however_it_is_spelled(tmp_path: Path) -> None:
    path = put(tmp_path, record("a", total_ms=5.0))
    same = json.loads(path.read_bytes()) | {
        "total_ms": 5,
        "started_at": "2026-11-01T13:00:00+01:00",
    }
    spelled = json.dumps(dict(reversed(same.items())), indent=None)
    (tmp_path / "b-1-1-0.jsonl").write_text(f"{spelled}\n{spelled}\n")
    assert contents_of(tmp_path).duplicates == 2


def test_calls_that_share_a_request_id_are_several(tmp_path: Path) -> None:
    put(
        tmp_path,
        record("same", backend="tei", error_kind="timeout"),
        record("same"),
        record("same", 1),
        record("same", caller_request_id="c"),
    )
    found = contents_of(tmp_path)
    assert (found.readable, found.duplicates) == (4, 0)


def test_what_is_no_file_is_named_and_costs_nothing_else(tmp_path: Path) -> None:
    put(tmp_path, record("a"))
    (tmp_path / "folder.jsonl").mkdir()
    (tmp_path / "nowhere.jsonl").symlink_to(tmp_path / "gone")
    (tmp_path / "loop.jsonl").symlink_to(tmp_path / "loop.jsonl")
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "secret.jsonl").write_bytes(encode(record("b")))
    (tmp_path / "secret.jsonl").chmod(0)
    found = contents_of(tmp_path)
    failures = {one.segment: one.failure for one in found.problems}
    assert set(failures) >= {"folder.jsonl", "nowhere.jsonl", "loop.jsonl", "pipe.jsonl"}
    assert all(failures.values())
    if os.geteuid():  # root reads everything
        assert failures["secret.jsonl"] == "Permission denied"
    (tmp_path / "secret.jsonl").chmod(0o600)
    assert contents_of(tmp_path).readable == 2


@pytest.mark.parametrize(
    "name", ["what?.jsonl", "[a-z].jsonl", "50%20.jsonl", "*.jsonl", "é '.jsonl"]
)
def test_any_name_is_read_as_it_is(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "log [1]?"
    put(folder, record("a"), name=name)
    put(folder, record("b"), name="b-1-1-0.jsonl")
    assert contents_of(folder).readable == 2


def test_a_name_that_is_no_text_is_shown_as_bytes(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff.jsonl"
    fd = os.open(path, os.O_CREAT | os.O_WRONLY)
    os.write(fd, b"x\n")
    os.close(fd)
    (problem,) = contents_of(tmp_path).problems
    assert problem.segment == r"\xff.jsonl"


def test_lines_of_earlier_and_of_later_versions_are_read(tmp_path: Path) -> None:
    early = {name: GOOD[name] for name in list(GOOD)[:12]}
    late = GOOD | {"request_id": "late", "colour": {"of": ["the", "future"]}, "schema": 2}
    (tmp_path / "a-1-1-0.jsonl").write_text(f"{json.dumps(early)}\n{json.dumps(late)}\n")
    assert contents_of(tmp_path).readable == 2
    (call,) = ServingLogQueries(tmp_path).find("good").calls
    assert (call.attempts, call.cache_hits, call.queue_ms) == (1, 0, None)


def test_refusals_are_no_calls_and_are_told_by_reason(tmp_path: Path) -> None:
    many = refusal("r1", 1, refused_count=20)
    key = refusal("r2", 2, reason=RefusalReason.UNAUTHORIZED, caller_request_id="c", trace_id="t")
    lines = [*map(encode, (record("a"), record("b"))), REFUSAL.encode(many), REFUSAL.encode(key)]
    (tmp_path / "a-1-1-0.jsonl").write_bytes(b"".join([lines[0], *lines[2:], lines[1], lines[3]]))
    found = contents_of(tmp_path)
    assert (found.lines, found.readable, found.duplicates) == (5, 4, 1)
    queries = ServingLogQueries(tmp_path)
    assert [(one.reason, one.requests) for one in queries.refused(HOUR)] == [
        ("overloaded", 20),
        ("unauthorized", 1),
    ]
    summary = queries.summary(HOUR)
    assert (summary.calls, summary.errors, summary.p50) == (2, 0, 10.0)
    assert queries.find("c").refusals == queries.find("t").refusals == (key,)
    assert queries.refused(HOUR.previous()) == ()


def test_a_request_is_found_by_each_of_its_ids_with_all_that_was_recorded(tmp_path: Path) -> None:
    whole = record(
        "call-1",
        queue_ms=1.0,
        tokenize_ms=2.0,
        compute_ms=3.0,
        tokens=17,
        truncated_count=1,
        attempts=2,
        caller_request_id="request-1",
        trace_id="a" * 32,
    )
    put(tmp_path, whole, record("call-2", 1, caller_request_id="request-1"), record("other"))
    queries = ServingLogQueries(tmp_path)
    assert queries.find("call-1").calls == queries.find("a" * 32).calls == (whole,)
    assert [one.request_id for one in queries.find("request-1").calls] == ["call-1", "call-2"]
    assert queries.find("nobody").calls == ()


@pytest.mark.parametrize("name", ["b.jsonl.gz", "b.jsonl.1", "b.JSONL", "b.jsonl~"])
def test_a_segment_of_another_name_is_told(tmp_path: Path, name: str) -> None:
    put(tmp_path, record("good"), name="a-1-1-0.jsonl")
    (tmp_path / name).write_bytes(encode(record("other")))
    (tmp_path / "notes.txt").write_text("no part of the log")
    found = contents_of(tmp_path)
    assert found.readable == 1
    (problem,) = found.problems
    assert (problem.segment, problem.failure) == (
        name,
        "not read: its name does not end in .jsonl",
    )
