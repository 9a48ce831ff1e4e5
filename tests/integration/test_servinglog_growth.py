"""A log that is read again: of a segment that has grown only the new end, of others everything."""

from pathlib import Path

import pytest

from core.servinglog import segment_files
from core.servinglog.lines import CALL, REFUSAL
from core.servinglog.queries import ServingLogQueries
from core.servinglog.writer import encode
from tests.integration.servinglog_lines import NOW, refusal
from tests.servinglog_records import HOUR, put, record

pytestmark = pytest.mark.slow

NAME = "a-1-1-0.jsonl"


class Log:
    """A log in a folder, and how many bytes of its files the last count read."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = folder / NAME
        self.queries = ServingLogQueries(folder)
        self.read_bytes = 0
        real = segment_files._blocks

        def count_bytes(file):  # type: ignore[no-untyped-def]
            for block, end in real(file):
                self.read_bytes += len(block)
                yield block, end

        monkeypatch.setattr(segment_files, "_blocks", count_bytes)

    def append(self, text: bytes) -> None:
        with self.path.open("ab") as file:
            file.write(text)

    def counts(self) -> tuple[int, int, int]:
        """Readable, unreadable and duplicate lines."""
        self.read_bytes = 0
        found = self.queries.contents(NOW)
        assert found.lines == found.readable + found.unreadable + found.duplicates
        assert self.queries.bounds().calls <= found.readable
        return found.readable, found.unreadable, found.duplicates

    def examples(self) -> list[tuple[int, str]]:
        """Line numbers and reasons of the invalid lines."""
        problems = self.queries.contents(NOW).problems
        return [(one.line_number, one.why) for each in problems for one in each.examples]


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    put(tmp_path, *(record(str(number), number) for number in range(1_000)))
    log = Log(tmp_path, monkeypatch)
    assert log.counts() == (1_000, 0, 0)
    return log


def test_of_a_grown_segment_only_the_new_end_is_read(log: Log) -> None:
    new = encode(record("new")) + b"x\n" + encode(record("out", error_count=5)) + b"\n"
    log.append(new)
    assert log.counts() == (1_001, 2, 0)
    assert log.read_bytes == len(new)
    assert log.examples() == [
        (1_002, "not JSON, or cut off"),
        (1_003, "`error_count` is more than `batch_size`"),
    ]
    last = encode(record("last")) + b"y\n"
    log.append(last)
    assert log.counts() == (1_002, 3, 0)
    assert log.read_bytes == len(last)
    assert log.examples()[-1] == (1_006, "not JSON, or cut off")


def test_nothing_is_read_while_nothing_changes(log: Log) -> None:
    assert log.counts() == (1_000, 0, 0)
    assert log.read_bytes == 0


@pytest.mark.parametrize("cut", [1, 50, -2, -1])
def test_a_half_written_line_counts_as_it_is_and_is_completed_later(log: Log, cut: int) -> None:
    new = encode(record("new"))
    log.append(new[:cut])
    is_whole = cut == -1  # only its end is missing
    assert log.counts() == ((1_001, 0, 0) if is_whole else (1_000, 1, 0))
    log.append(new[cut:])
    assert log.counts() == (1_001, 0, 0)
    assert log.read_bytes == len(new)
    assert log.queries.find("new").calls == (record("new"),)
    assert log.examples() == []


def test_a_whole_line_may_still_become_unreadable(log: Log) -> None:
    log.append(encode(record("new"))[:-1])
    assert log.counts() == (1_001, 0, 0)
    log.append(b"garbage\n" + encode(record("next")))
    assert log.counts() == (1_001, 1, 0)
    assert log.examples() == [(1_001, "not JSON, or cut off")]


def test_a_half_written_line_out_of_range_counts_once(log: Log) -> None:
    log.append(encode(record("out", error_count=5))[:-1])
    assert log.counts() == (1_000, 1, 0)
    log.append(b"\n")
    assert log.counts() == (1_000, 1, 0)
    assert log.examples() == [(1_001, "`error_count` is more than `batch_size`")]


def test_a_copy_counts_once_its_half_written_original_was_spoilt(log: Log) -> None:
    line = encode(record("new"))
    log.append(line[:-1])
    log.path.with_name("b-1-1-0.jsonl").write_bytes(line)
    assert log.counts() == (1_001, 0, 1)
    log.append(b"garbage\n")
    assert log.counts() == (1_001, 1, 0)


def test_a_segment_that_shrank_is_read_anew(log: Log) -> None:
    log.path.write_bytes(encode(record("0")) + b"x\n")
    assert log.counts() == (1, 1, 0)


def test_a_segment_changed_in_place_is_read_anew(log: Log) -> None:
    with log.path.open("r+b") as file:
        file.write(b"x")
    assert log.counts() == (999, 1, 0)
    assert log.examples() == [(1, "not JSON, or cut off")]


def test_a_segment_that_shrank_and_grew_meanwhile_is_read_anew(log: Log) -> None:
    lines = [encode(record(f"other {number}", number)) for number in range(2_000)]
    log.path.write_bytes(b"".join(lines))
    assert log.counts() == (2_000, 0, 0)
    assert log.queries.find("0").calls == ()


def test_a_replaced_segment_is_read_anew(log: Log) -> None:
    other = log.path.with_name("other")
    other.write_bytes(log.path.read_bytes() + encode(record("new")))
    other.replace(log.path)
    assert log.counts() == (1_001, 0, 0)
    assert log.read_bytes == log.path.stat().st_size


def test_a_renamed_segment_is_the_same_lines(log: Log) -> None:
    log.path.rename(log.path.with_name("b-1-1-0.jsonl"))
    assert log.counts() == (1_000, 0, 0)


def test_a_rotated_writer_s_next_segment_is_all_that_is_read(log: Log) -> None:
    line = encode(record("new"))
    log.path.with_name("a-1-1-1.jsonl").write_bytes(line)
    assert log.counts() == (1_001, 0, 0)
    assert log.read_bytes == len(line)


def test_copies_are_found_across_reads_and_files(log: Log) -> None:
    copies = encode(record("5", 5)) + encode(record("new")) * 2
    log.append(copies)
    assert log.counts() == (1_001, 0, 2)
    second = log.path.with_name("b-1-1-0.jsonl")
    second.write_bytes(encode(record("new")) + encode(record("6", 6)))
    assert log.counts() == (1_001, 0, 4)
    log.append(encode(record("6", 6, total_ms=11.0)))  # not the same in every field
    assert log.counts() == (1_002, 0, 4)
    log.path.unlink()
    assert log.counts() == (2, 0, 0)


def test_refusals_and_calls_grow_side_by_side(log: Log) -> None:
    log.append(
        REFUSAL.encode(refusal("r1", 1)) + encode(record("new")) + REFUSAL.encode(refusal("r2", 2))
    )
    assert log.counts() == (1_003, 0, 0)
    log.append(REFUSAL.encode(refusal("r2", 2)) + REFUSAL.encode(refusal("r3", 3)))
    assert log.counts() == (1_004, 0, 1)
    assert [one.requests for one in log.queries.refused(HOUR)] == [3]


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("chars", b"007", "not JSON, or cut off"),
        ("total_ms", b"1.2.3", "not JSON, or cut off"),
        ("total_ms", b"9" * 25, "`total_ms` is not between 0 and 86,400,000"),
        ("total_ms", b"86400000.5", "`total_ms` is not between 0 and 86,400,000"),
        ("chars", b"2147483648", "`chars` is not between 0 and 2,147,483,647"),
        ("batch_size", b"0", "`batch_size` is not between 1 and 2,147,483,647"),
        ("queue_ms", b"1e400", "holds NaN or Infinity, which are not JSON"),
        ("queue_ms", b"1e16", "`queue_ms` is not between 0 and 86,400,000"),
        ("tokens", b'"5"', "`tokens` is not a whole number"),
        ("tokens", b"1.0", "`tokens` is not a whole number"),
        ("started_at", b'"2026-02-31T12:00:00.000000+00:00"', "`started_at` is not a time"),
        ("started_at", b'"1969-12-31T23:59:59.999999+00:00"', "`started_at` is before 1970"),
    ],
)
def test_a_bad_value_in_a_line_otherwise_as_written_costs_only_this_line(
    log: Log, field: str, value: bytes, why: str
) -> None:
    start = f'"{field}":'.encode()
    line = encode(record("bad", queue_ms=1.0, tokens=7))
    before, _, rest = line.partition(start)
    bad = before + start + value + b"," + rest.partition(b",")[2]
    log.append(encode(record("before")) + bad + encode(record("after")))
    assert log.counts() == (1_002, 1, 0)
    assert log.examples() == [(1_002, why)]


@pytest.mark.parametrize("value", ["2147483647", "0"])
def test_the_least_and_the_greatest_count_are_kept(log: Log, value: str) -> None:
    log.append(encode(record("edge", chars=int(value), total_ms=86_400_000.0, queue_ms=1e-05)))
    (call,) = log.queries.find("edge").calls
    assert (call.chars, call.total_ms, call.queue_ms) == (int(value), 86_400_000.0, 1e-05)


def test_every_line_of_the_writer_takes_the_short_way() -> None:
    given = record("x", queue_ms=0.125, tokens=9, caller_request_id="c", trace_id="a" * 32)
    lines = encode(given) * 3
    assert any((found := one.match(lines)) and found.end() == len(lines) for one in CALL.written)
