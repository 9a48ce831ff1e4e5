"""A table with columns of any type that can be read can also be written, in every format."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import InvalidInput
from core.inference.fake import FakeBackend
from tests.integration.test_score_file import score


def of_bytes(kind: pa.DataType, *values: bytes) -> pa.Array:
    """An array of a text type with arbitrary bytes."""
    binary = pa.array(values, pa.binary())
    return pa.Array.from_buffers(kind, len(values), binary.buffers())


ODD_COLUMNS: dict[str, tuple[pa.Array, list[str]]] = {
    "year 10000": (
        pa.array([0, 253402300800000], pa.timestamp("ms")),
        ["1970-01-01 00:00:00", "10000-01-01 00:00:00.000"],
    ),
    "year 10000 with a zone": (
        pa.array([0, 253402300800000], pa.timestamp("ms", "UTC")),
        ["1970-01-01 00:00:00+00:00", "10000-01-01 00:00:00.000 UTC"],
    ),
    "time out of all range": (
        pa.array([0, 2**62], pa.timestamp("us")),
        ["1970-01-01 00:00:00", "4611686018427387904 us"],
    ),
    "date32 out of range": (
        pa.array([0, 2**31 - 1], pa.date32()),
        ["1970-01-01", "2147483647"],
    ),
    "time of no day": (
        pa.array([86_399_999_999, 86_400_000_000], pa.time64("us")),
        ["23:59:59.999999", "86400000000 us"],
    ),
    "time before a day": (
        pa.array([0, -1], pa.time32("s")),
        ["00:00:00", "-1000 ms"],
    ),
    "first nanosecond": (
        pa.array([0, -(2**63)], pa.timestamp("ns")),
        ["1970-01-01 00:00:00", "-9223372036854775808 ns"],
    ),
    "duration": (
        pa.array([1, 2**62], pa.duration("s")),
        ["0:00:01", "4611686018427387904 s"],
    ),
    "unknown zone": (
        pa.array([0, 1], pa.timestamp("us", "Mars/Base")),
        ["1970-01-01 00:00:00.000000 UTC", "1970-01-01 00:00:00.000001 UTC"],
    ),
    "invalid UTF-8": (of_bytes(pa.string(), b"fine", b"\xff!"), ["fine", "\\xff!"]),
    "binary": (pa.array([b"caf\xc3\xa9", b"\x00\xff"]), ["café", "\x00\\xff"]),
    "nested dates": (
        pa.array([[1], [2**31 - 1]], pa.list_(pa.date32())),
        ['["1970-01-02"]', '["2147483647"]'],
    ),
    "nested invalid UTF-8": (
        pa.ListArray.from_arrays([0, 1, 2], of_bytes(pa.string(), b"fine", b"\xff")),
        ['["fine"]', '["\\\\xff"]'],
    ),
    "dictionary": (pa.array(["a", "b"]).dictionary_encode(), ["a", "b"]),
    "decimal": (pa.array([Decimal("1.50"), Decimal("2.00")]), ["1.50", "2.00"]),
    "nothing": (pa.nulls(2), ["", ""]),
    "nested NaN": (pa.array([[float("nan")], [1.5]]), ["[null]", "[1.5]"]),
}


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("name", ODD_COLUMNS)
def test_an_odd_column_is_written_and_every_row_scored(
    tmp_path: Path, name: str, suffix: str
) -> None:
    column, expected = ODD_COLUMNS[name]
    table = pa.table({"text": ["you idiot", "fine"], "odd": column})
    pq.write_table(table, tmp_path / "in.parquet")
    out = tmp_path / f"out.{suffix}"
    assert score(tmp_path / "in.parquet", out).scored == 2
    if suffix == "parquet":
        written = pq.read_table(out).column("odd")
        assert str(written) == str(pq.read_table(tmp_path / "in.parquet").column("odd"))
    elif suffix == "csv":
        with out.open(newline="", encoding="utf-8") as file:
            # A text that begins as a formula has an apostrophe.
            assert [row["odd"].removeprefix("'") for row in csv.DictReader(file)] == expected
    else:
        rows = [
            json.loads(line, parse_constant=pytest.fail) for line in out.read_text().splitlines()
        ]
        assert [as_cell(row["odd"]) for row in rows] == expected


def as_cell(value: object) -> str:
    if value is None:
        return ""
    return json.dumps(value) if isinstance(value, list) else str(value)


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_two_columns_of_one_name_are_refused_before_any_scoring(
    tmp_path: Path, suffix: str
) -> None:
    table = pa.table([pa.array(["a"]), pa.array([1]), pa.array([2])], names=["text", "n", "n"])
    pq.write_table(table, tmp_path / "in.parquet")
    backend = FakeBackend()
    backend.is_down = True  # had anything been scored, this would be the error
    with pytest.raises(InvalidInput, match="two columns named `n`"):
        score(tmp_path / "in.parquet", tmp_path / f"out.{suffix}", backend=backend)
    score(tmp_path / "in.parquet", tmp_path / "out.parquet")


@pytest.mark.parametrize(
    "kind",
    [
        pa.binary(),
        pa.large_binary(),
        pa.binary(9),
        pa.binary_view(),
        pa.string(),
        pa.string_view(),
        pa.large_string(),
        pa.dictionary(pa.int8(), pa.binary()),
        pa.dictionary(pa.int32(), pa.large_string()),
    ],
    ids=str,
)
@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_text_in_any_type_of_column_is_scored(
    tmp_path: Path, kind: pa.DataType, suffix: str
) -> None:
    plain = pa.array([b"you idiot", b"\xc3\xa9tude   ", None], pa.binary())
    if pa.types.is_dictionary(kind):
        column = plain.cast(kind.value_type).dictionary_encode().cast(kind)
    elif pa.types.is_fixed_size_binary(kind):
        column = pa.array(plain.to_pylist(), kind)
    else:
        column = plain.cast(kind)
    pq.write_table(pa.table({"text": column}), tmp_path / "in.parquet")
    report = score(tmp_path / "in.parquet", tmp_path / f"out.{suffix}")
    assert (report.scored, dict(report.reasons)) == (2, {"the text is empty": 1})
    if suffix == "csv":
        with (tmp_path / "out.csv").open(encoding="utf-8") as file:
            assert [row["text"] for row in csv.DictReader(file)][:2] == ["you idiot", "étude   "]


def test_a_text_that_is_no_utf8_fails_alone(tmp_path: Path) -> None:
    for kind in (pa.string(), pa.binary()):
        table = pa.table({"text": of_bytes(kind, b"fine", b"\xff")})
        pq.write_table(table, tmp_path / "in.parquet")
        report = score(tmp_path / "in.parquet", tmp_path / "out.csv")
        assert report.scored == 1
        assert dict(report.reasons) == {"the text is bytes that are not UTF-8, not text": 1}


@pytest.mark.parametrize("name", ["text", "id"])
def test_one_number_among_texts_changes_only_its_own_cell(tmp_path: Path, name: str) -> None:
    rows = [{"id": "a", "text": "hi"}, {"id": "b", "text": 'say "no"'}, {"id": "c", "text": "x"}]
    odd = rows[2] | {name: 7}
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, [*rows[:2], odd])))
    report = score(tmp_path / "in.jsonl", tmp_path / "out.csv")
    assert report.failed == (1 if name == "text" else 0)
    with (tmp_path / "out.csv").open() as file:
        cells = [(row["id"], row["text"]) for row in csv.DictReader(file)]
    assert cells == [("a", "hi"), ("b", 'say "no"'), (str(odd["id"]), str(odd["text"]))]
    score(tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    out = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [{key: row[key] for key in ("id", "text")} for row in out] == [*rows[:2], odd]
    score(tmp_path / "in.jsonl", tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet")
    assert list(zip(table["id"].to_pylist(), table["text"].to_pylist(), strict=True)) == cells
    assert not table.schema.field(name).metadata


# Values of one column of JSON lines, and its cells in Parquet.
MIXED_VALUES: list[tuple[list[object], list[object]]] = [
    (["a1", 7, None, "8"], ["a1", "7", None, "8"]),
    (['"q"', 1.5, True], ['"q"', "1.5", "true"]),
    (["x", 2**70, 2**60 + 1], ["x", str(2**70), str(2**60 + 1)]),
    ([True, 7], ["true", "7"]),
    (["a", ["a", 1]], ['"a"', '["a", 1]']),
    (["a\ud800", 1], ["a?", "1"]),
]


@pytest.mark.parametrize(("values", "cells"), MIXED_VALUES)
def test_values_of_several_types_are_texts_in_parquet_and_themselves_in_json(
    tmp_path: Path, values: list[object], cells: list[object]
) -> None:
    rows = [{"text": "fine", "x": value} for value in values]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, rows)))
    score(tmp_path / "in.jsonl", tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").column("x").to_pylist() == cells
    score(tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    out = [json.loads(line)["x"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [(type(each), each) for each in out] == [(type(each), each) for each in values]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize(
    "column",
    [
        pa.array([7, 8]),
        pa.array(["no JSON", '"half']),
        pa.array(['"a"', "7"]),
        pa.array([1.5, 7.0]),
        pa.array(["[" * 5000, "NaN"]),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "holds", ["json", "json texts, numbers, true and false", "whole and other numbers"]
)
def test_what_another_program_says_of_a_column_is_not_believed(
    tmp_path: Path, holds: str, column: pa.Array, suffix: str
) -> None:
    schema = pa.schema(
        [("text", pa.string()), pa.field("x", column.type, metadata={"holds": holds})]
    )
    pq.write_table(pa.table([pa.array(["a", "b"]), column], schema), tmp_path / "in.parquet")
    out = tmp_path / f"out.{suffix}"
    assert score(tmp_path / "in.parquet", out).scored == 2
    if suffix == "parquet":
        assert pq.read_table(out).column("x").to_pylist() == column.to_pylist()
    elif suffix == "jsonl":
        cells = [json.loads(line)["x"] for line in out.read_text().splitlines()]
        assert cells == column.to_pylist()
    else:
        with out.open(newline="") as file:
            cells = [row["x"] for row in csv.DictReader(file)]
        assert [each.removesuffix(".0") for each in cells] == [
            str(each).removesuffix(".0") for each in column.to_pylist()
        ]


def test_cells_of_a_csv_get_an_apostrophe_unless_asked_for_raw(tmp_path: Path) -> None:
    cells = ["@bob", "+one", "=1+1", "-x", "\tx", "+1", "-4.5", "plain"]
    (tmp_path / "in.jsonl").write_text("\n".join(json.dumps({"text": each}) for each in cells))
    for is_raw in (False, True):
        score(tmp_path / "in.jsonl", tmp_path / "out.csv", is_raw=is_raw)
        with (tmp_path / "out.csv").open(newline="") as file:
            written = [row["text"] for row in csv.DictReader(file)]
        assert written == (cells if is_raw else [*(f"'{each}" for each in cells[:5]), *cells[5:]])
