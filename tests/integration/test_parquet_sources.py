"""Parquet files of comments: which types of column are read, and which rows are rejected."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import UnreadableFile
from core.moderation.comments import IncomingComment
from core.sources.base import Rejected, Skipped
from tests.integration.source_files import is_comment, kept_ids, messages, read, written


def test_parquet_types_are_understood(tmp_path: Path) -> None:
    at = datetime(2026, 1, 31, 12, tzinfo=UTC)
    table = {
        "id": pa.array([1, 2, 3]),
        "text": ["fine", None, "secret\x00"],
        "created_at": pa.array([at, at, at], pa.timestamp("us", "Europe/Rome")),
        "labels": [["a"], [], None],
    }
    for name in ("c.parquet", "[c]*.parquet"):
        pq.write_table(pa.table(table), tmp_path / name)
    first, second, third = read(tmp_path / "[c]*.parquet")
    assert isinstance(first, IncomingComment)
    assert (first.source_id, first.created_at) == ("1", at)
    assert second == Skipped("[c]*.parquet, row 2", "no text")
    assert isinstance(third, Rejected)
    naive = pa.array([datetime(2026, 1, 31, 12)] * 3, pa.timestamp("ns"))
    pq.write_table(pa.table(table | {"created_at": naive}), tmp_path / "c.parquet")
    assert isinstance(item := read(tmp_path / "c.parquet")[0], IncomingComment)
    assert item.created_at == at


def test_parquet_without_the_columns_names_those_it_has(tmp_path: Path) -> None:
    pq.write_table(pa.table({"src_row": [1], "text": ["x"]}), tmp_path / "c.parquet")
    with pytest.raises(UnreadableFile, match="has the columns `src_row`, `text`"):
        read(tmp_path / "c.parquet")


def test_ids_that_pandas_made_floats_are_the_ids_they_were(tmp_path: Path) -> None:
    table = {
        "id": pa.array([Decimal(2**100), Decimal(102), Decimal(103)], pa.decimal128(38, 0)),
        "text": ["a", "b", "c"],
        "parent_id": [101.0, float("nan"), None],
    }
    pq.write_table(pa.table(table), tmp_path / "c.parquet")
    items = read(tmp_path / "c.parquet")
    assert [(item.source_id, item.parent_source_id) for item in items if is_comment(item)] == [
        (str(2**100), "101"),
        ("102", None),
        ("103", None),
    ]
    cells = "id,text,parent_id\n007,a,101.0\n2,b,nan\n3,c,NULL\n4,d,None\n5,e,\n1e+18,f,\n"
    items = read(written(tmp_path / "c.csv", cells))
    assert [item.parent_source_id for item in items if is_comment(item)] == ["101", *[None] * 4]
    assert kept_ids(items) == ["007", "2", "3", "4", "5"]
    assert "scientific notation" in messages(items)[0]


def test_ids_in_a_float_column_too_narrow_for_them_are_refused(tmp_path: Path) -> None:
    ids = pa.array([16777215, 16777216], pa.float32())
    pq.write_table(pa.table({"id": ids, "text": ["a", "b"]}), tmp_path / "c.parquet")
    items = read(tmp_path / "c.parquet")
    assert kept_ids(items) == ["16777215"]
    assert "too large to be exact" in messages(items)[0]


@pytest.mark.parametrize(
    "kind",
    [
        pa.binary(),
        pa.large_binary(),
        pa.binary(5),
        pa.binary_view(),
        pa.string(),
        pa.string_view(),
        pa.large_string(),
        pa.dictionary(pa.int8(), pa.binary()),
        pa.dictionary(pa.int8(), pa.string()),
    ],
    ids=str,
)
def test_text_in_any_type_of_column_is_read_as_utf8(tmp_path: Path, kind: pa.DataType) -> None:
    values = pa.array([b"caf\xc3\xa9", b"plain", None], pa.binary())
    if pa.types.is_dictionary(kind):
        column = values.cast(kind.value_type).dictionary_encode().cast(kind)
    elif pa.types.is_fixed_size_binary(kind):
        column = pa.array([b"caf\xc3\xa9", b"plain", None], kind)
    else:
        column = values.cast(kind)
    pq.write_table(
        pa.table({"id": column.slice(0, 2), "text": column.slice(0, 2)}), tmp_path / "c.parquet"
    )
    assert kept_ids(read(tmp_path / "c.parquet")) == ["café", "plain"]


def test_bytes_that_are_no_utf8_are_refused_by_row(tmp_path: Path) -> None:
    for kind in (pa.binary(), pa.string()):
        text = pa.Array.from_buffers(kind, 2, pa.array([b"ok", b"\xff"], pa.binary()).buffers())
        pq.write_table(pa.table({"id": [1, 2], "text": text}), tmp_path / "c.parquet")
        items = read(tmp_path / "c.parquet")
        assert kept_ids(items) == ["1"]
        assert messages(items) == ["c.parquet, row 2: `text` is bytes that are not UTF-8, not text"]


def test_times_of_parquet_beyond_the_calendar_are_refused_by_row(tmp_path: Path) -> None:
    for times in (
        pa.array([0, 253402300800000], pa.timestamp("ms")),
        pa.array([0, 2**31 - 1], pa.date32()),
        pa.array([0, 2**62], pa.timestamp("us", "Mars/Base")),
    ):
        table = pa.table({"id": [1, 2], "text": ["a", "b"], "created_at": times})
        pq.write_table(table, tmp_path / "c.parquet")
        items = read(tmp_path / "c.parquet")
        assert kept_ids(items) == ["1"]
        assert "`created_at` is " in messages(items)[0]
