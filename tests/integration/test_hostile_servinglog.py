"""No line of a serving log makes a query fail, and every line is counted."""

import json
import re
import tempfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.servinglog.lines import CALL, REFUSAL, UnreadableLine, read_line
from core.servinglog.queries import ServingLogQueries
from core.servinglog.writer import encode
from tests.integration.servinglog_lines import GOOD, contents_of, line, raw, refusal
from tests.servinglog_records import put, record

pytestmark = pytest.mark.slow

NUMBERS = [field.name for field in CALL.fields if field.kind.sql_type in ("BIGINT", "DOUBLE")]
TEXTS = [field.name for field in CALL.fields if field.kind.sql_type == "VARCHAR"]
PHASES = [name for name in NUMBERS if name.endswith("_ms") and name != "total_ms"]
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
    line(truncated_count=2),
    *(line(**{name: 80_000_000}) for name in PHASES),
    *(line(**{name: 30.5}) for name in PHASES),
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


@pytest.mark.usefixtures("no_collection")
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
