"""No line of a serving log makes a query fail, and every line is counted."""

import json
import os
import re
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.servinglog.answers import LogContents
from core.servinglog.lines import CALL, REFUSAL, UnreadableLine, read_line
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import RefusalReason, RefusalRecord
from core.servinglog.windows import Window
from core.servinglog.writer import encode
from tests.servinglog_records import HOUR, START, put, record

NOW = START + timedelta(hours=1)
ALL = Window(datetime(1970, 1, 1, tzinfo=UTC), NOW)
GOOD: dict[str, Any] = json.loads(encode(record("good")))


def line(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode() + b"\n"


def raw(field: str, value: str) -> bytes:
    """A good line with one value replaced by raw JSON."""
    return json.dumps(GOOD | {field: "HERE"}).replace('"HERE"', value).encode() + b"\n"


def refusal(refusal_id: str, at_s: float = 0.0, **changes: Any) -> RefusalRecord:
    values: dict[str, Any] = {
        "refusal_id": refusal_id,
        "refused_at": START + timedelta(seconds=at_s),
        "reason": RefusalReason.OVERLOADED,
        "refused_count": 1,
    }
    return RefusalRecord(**(values | changes))


def contents_of(folder: Path, now: datetime = NOW) -> LogContents:
    """The log's contents, after every query was run."""
    queries = ServingLogQueries(folder)
    queries.summary(ALL)
    queries.summary(ALL.previous())
    queries.series(HOUR, 60)
    queries.by_backend(ALL)
    queries.slowest(ALL)
    queries.newest_calls(ALL)
    queries.backend_calls(ALL)
    queries.last_seen(START - timedelta(hours=24), now)
    queries.series_names(now)
    queries.audits(START, "v1")
    queries.refused(ALL)
    queries.find("good")
    found = queries.contents(now)
    assert found.lines == found.readable + found.unreadable + found.duplicates + found.future
    return found


NUMBERS = [field.name for field in CALL.fields if field.kind.sql_type in ("BIGINT", "DOUBLE")]
TEXTS = [field.name for field in CALL.fields if field.kind.sql_type == "VARCHAR"]
BAD = [
    *(raw(name, value) for name in NUMBERS for value in ('"12"', "true", "[1]", '{"a":1}')),
    *(raw(name, value) for name in NUMBERS for value in ("-1", "1e16", "9" * 30, '"Infinity"')),
    *(raw(name, value) for name in NUMBERS for value in ("NaN", "Infinity", "-Infinity", "1e999")),
    *(raw(name, value) for name in TEXTS for value in ("5", "false", "[]", "{}", r'"\ud800"')),
    *(raw(name, r'"a\u0000b"') for name in TEXTS),
    *(line(**{name: "x" * 2_000}) for name in TEXTS),
    *(raw(name, "1.5") for name in NUMBERS if not name.endswith("_ms")),
    *(line(**{name: None}) for name in ("request_id", "started_at", "mode", "backend", "total_ms")),
    *(line(**{name: ""}) for name in ("request_id", "mode", "backend")),
    line(batch_size=0),
    line(error_count=5),
    line(audit_missed=1),
    raw("total_ms", "9" * 5_000),
    raw("total_ms", "[" * 50_000),
    b"null\n",
    b"5\n",
    b"[]\n",
    b"{}\n",
    b'"text"\n',
    b"\x00\x00\x00\n",
    b"\xff\xfe\n",
    encode(record("torn"))[:80] + b"\n",
    encode(record("torn"))[:80] + encode(record("swallowed")),
    encode(record("a")).strip() + encode(record("b")),
    encode(record("a")).replace(b'"chars":100', b'"chars":100,"chars":7'),
    encode(record("a")).replace(b"}", b",}"),
    b"x" * 70_000 + b"\n",
]
TIMES = [
    "12026-01-01T00:00:00Z",
    "2026-11-01T12:00:00",
    "2026-02-31T12:00:00+00:00",
    "2026-11-01T24:00:01+00:00",
    "2026-11-01T23:59:60.000000+00:00",
    "2026-11-01T12:00:00.000000+99:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "1969-12-31T23:59:59+00:00",
    "-2026-11-01T12:00:00Z",
    "yesterday",
    "1762000000",
    "",
]


ALL_BAD = [*BAD, *(line(started_at=time) for time in TIMES)]


@pytest.mark.parametrize("bad", ALL_BAD)
def test_a_line_that_is_no_record_says_why(bad: bytes) -> None:
    with pytest.raises(UnreadableLine) as refusal:
        read_line(bad.strip())
    assert 5 < len(str(refusal.value)) < 80


def test_lines_that_are_no_records_cost_only_themselves(tmp_path: Path) -> None:
    good = [encode(record(str(n), n)) for n in range(len(ALL_BAD))]
    pairs = [one + bad + b"\n" for one, bad in zip(good, ALL_BAD, strict=True)]
    (tmp_path / "a-1-1-0.jsonl").write_bytes(b"".join(pairs))
    put(tmp_path, record("whole"), name="b-1-1-0.jsonl")
    found = contents_of(tmp_path)
    assert (found.lines, found.readable) == (2 * len(ALL_BAD) + 1, len(ALL_BAD) + 1)
    assert found.unreadable == len(ALL_BAD)
    (problem,) = found.problems
    assert (problem.segment, problem.unreadable) == ("a-1-1-0.jsonl", len(ALL_BAD))
    # A blank line between the pairs is counted as a place and is no line.
    assert [one.line_number for one in problem.examples] == [2, 5, 8, 11, 14]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (line(total_ms="Infinity"), "`total_ms` is not a number"),
        (raw("total_ms", "NaN"), "holds NaN or Infinity, which are not JSON"),
        (line(total_ms=1e16), "`total_ms` is not between 0 and 86,400,000"),
        (line(error_count=5), "`error_count` is more than `batch_size`"),
        (line(started_at="2026-11-01T12:00:00"), "`started_at` has no time zone"),
        (line(request_id=None), "`request_id` is missing"),
        (b"{\n", "not JSON, or cut off"),
    ],
)
def test_the_reason_names_the_field(bad: bytes, why: str) -> None:
    with pytest.raises(UnreadableLine, match=f"^{re.escape(why)}$"):
        read_line(bad.strip())


@pytest.mark.parametrize(
    ("started_at", "utc"),
    [
        ("2026-11-01T14:30:00+02:00", "2026-11-01T12:30:00+00:00"),
        ("2026-11-01T12:30:00Z", "2026-11-01T12:30:00+00:00"),
        ("2026-11-01T07:00:00.500-05:30", "2026-11-01T12:30:00.500000+00:00"),
        ("20261101T123000+0000", "2026-11-01T12:30:00+00:00"),
    ],
)
def test_another_zone_is_the_same_moment(started_at: str, utc: str, tmp_path: Path) -> None:
    (tmp_path / "a-1-1-0.jsonl").write_bytes(line(started_at=started_at))
    (call,) = ServingLogQueries(tmp_path).find("good").calls
    assert call.started_at == datetime.fromisoformat(utc)


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


def test_a_file_without_a_line_end_is_one_line(tmp_path: Path) -> None:
    put(tmp_path, record("a"))
    with (tmp_path / "big.jsonl").open("wb") as file:
        file.write(b'{"x":"' + b"x" * 16 * 1024 * 1024)
    found = contents_of(tmp_path)
    assert (found.readable, found.unreadable) == (1, 1)
    (problem,) = found.problems
    assert [example.why for example in problem.examples] == ["longer than 65,536 bytes"]


def test_lines_around_a_block_s_edge_are_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.servinglog.segment_files.BLOCK_BYTES", 1_000)
    (tmp_path / "a-1-1-0.jsonl").write_bytes(
        b"".join(encode(record(str(n), n)) + (b"x" * 300 * n) + b"\n" for n in range(1, 20))
    )
    found = contents_of(tmp_path)
    assert (found.lines, found.readable, found.unreadable) == (38, 19, 19)


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


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["1", "Infinity", "2026-11-01T12:00:00Z", "12026-01-01T00:00:00Z"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
records = st.dictionaries(st.sampled_from([*GOOD, "refusal_id"]), json_values, max_size=4).map(
    lambda changes: json.dumps(GOOD | changes).encode()
)
file_lines = st.lists(
    records
    | st.sampled_from([encode(record("a"))[:-1], REFUSAL.encode(refusal("r"))[:-1]])
    | st.builds(lambda at_s: encode(record("t", at_s))[:-1], st.integers(-9_999, 9_999))
    | st.binary(max_size=30).map(lambda some: some.replace(b"\n", b" "))
    | json_values.map(lambda value: json.dumps(value).encode()),
    max_size=12,
)


@settings(max_examples=30, deadline=None)
@given(st.lists(file_lines, min_size=1, max_size=3), st.booleans())
def test_every_question_is_answered_and_every_line_accounted_for(
    segments: list[list[bytes]], ends: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number, lines in enumerate(segments):
            text = b"\n".join(lines) + (b"\n" if ends else b"")
            (Path(folder) / f"a-1-{number}-0.jsonl").write_bytes(text)
        found = contents_of(Path(folder))
    written = [one for lines in segments for one in lines if one.strip()]
    assert found.lines == len(written)
    assert found.unreadable == sum(map(_is_unreadable, written))


def _is_unreadable(written: bytes) -> bool:
    try:
        read_line(written.strip())
    except UnreadableLine:
        return True
    return False


def test_a_byte_order_mark_costs_no_record(tmp_path: Path) -> None:
    (tmp_path / "a-1-1-0.jsonl").write_bytes(b"\xef\xbb\xbf" + encode(record("good")))
    found = contents_of(tmp_path)
    assert (found.lines, found.readable) == (1, 1)


def test_a_zone_may_be_written_small(tmp_path: Path) -> None:
    (tmp_path / "a-1-1-0.jsonl").write_bytes(line(started_at="2026-11-01t12:00:00z"))
    assert contents_of(tmp_path).readable == 1


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
