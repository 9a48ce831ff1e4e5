"""Odd but valid tables to score: every row and value comes back, or the file is refused."""

import csv
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import InvalidInput, UnreadableFile
from core.moderation.comments import IncomingComment
from core.sources.base import Rejected
from core.sources.files.source import FileSource
from core.sources.files.text_files import MAX_COLUMNS
from tests.integration.test_score_file import score

pytestmark = pytest.mark.slow

ID = uuid.UUID("15a68180-0d83-41f7-9e0f-7ae09ffd0f31")


def lines_of(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def scored_rows(path: Path, out: Path) -> list[dict[str, object]]:
    score(path, out)
    if out.suffix == ".csv":
        with out.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    return [json.loads(line) for line in out.read_text().splitlines()]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([ID.bytes], pa.uuid()), str(ID)),
        (pa.StructArray.from_arrays([pa.array([ID.bytes], pa.uuid())], ["u"]), {"u": str(ID)}),
        (pa.ListArray.from_arrays([0, 1], pa.array([ID.bytes], pa.uuid())), [str(ID)]),
        (pa.array([1], pa.time64("ns")), "00:00:00.000000001"),
        (pa.array([[1]], pa.list_(pa.time64("ns"))), ["00:00:00.000000001"]),
        (pa.array([1], pa.time64("us")), "00:00:00.000001"),
        (
            pa.StructArray.from_arrays([pa.array([3]), pa.array([4])], ["a", "a"]),
            [["a", 3], ["a", 4]],
        ),
    ],
    ids=str,
)
def test_no_value_of_a_parquet_column_is_lost(
    tmp_path: Path, column: pa.Array, expected: object
) -> None:
    pq.write_table(pa.table({"text": ["fine"], "odd": column}), tmp_path / "in.parquet")
    (row,) = scored_rows(tmp_path / "in.parquet", tmp_path / "out.jsonl")
    assert row["odd"] == expected
    (row,) = scored_rows(tmp_path / "in.parquet", tmp_path / "out.csv")
    assert row["odd"] == (expected if isinstance(expected, str) else json.dumps(expected))


def test_whole_numbers_stay_whole_beside_others(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text":"a","id":7}\n{"text":"b","id":1.5}\n{"text":"c"}\n')
    ids = [row["id"] for row in scored_rows(tmp_path / "in.jsonl", tmp_path / "out.csv")]
    assert ids == ["7", "1.5", ""]
    score(tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    written = (tmp_path / "out.jsonl").read_text().splitlines()
    assert [line.split('"id": ')[1].split(",")[0] for line in written] == ["7", "1.5", "null"]
    score(tmp_path / "in.jsonl", tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").column("id").to_pylist() == [7.0, 1.5, None]


def test_numbers_that_all_have_a_point_keep_it(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text":"a","id":7.0}\n')
    (row,) = scored_rows(tmp_path / "in.jsonl", tmp_path / "out.csv")
    assert row["id"] == "7.0"


def test_a_carriage_return_stays_inside_its_cell(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(lines_of({"text": "a\rb", "id": "x\ry"}))
    assert score(tmp_path / "in.jsonl", tmp_path / "out.csv").scored == 1
    assert b'"a\rb","x\ry"' in (tmp_path / "out.csv").read_bytes()
    assert b"\r\n" not in (tmp_path / "out.csv").read_bytes()


@pytest.mark.usefixtures("no_collection")
@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize(
    ("odd", "problem"),
    [
        ('{"text":"b","x":' + "[" * 900 + "]" * 900 + "}", "nested more than 100 deep"),
        ('{"text":"b","x":' + '{"a":' * 900 + "1" + "}" * 901, "nested more than 100 deep"),
        ('{"text":"b","i\\ud800d":"x"}', "a name holds a lone surrogate"),
    ],
)
def test_a_row_that_no_table_could_hold_fails_alone(
    tmp_path: Path, odd: str, problem: str, suffix: str
) -> None:
    (tmp_path / "in.jsonl").write_text(f'{{"text":"a"}}\n{odd}\n')
    report = score(tmp_path / "in.jsonl", tmp_path / f"out.{suffix}")
    assert (report.rows, report.scored) == (2, 1)
    (reason,) = report.reasons
    assert problem in reason


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_a_hundred_levels_come_back(tmp_path: Path, suffix: str) -> None:
    nested = "[" * 100 + "]" * 100
    (tmp_path / "in.jsonl").write_text(f'{{"text":"a","x":{nested}}}\n')
    assert score(tmp_path / "in.jsonl", tmp_path / f"out.{suffix}").scored == 1


def test_a_file_without_a_readable_row_says_what_is_wrong_with_the_first(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('\n{"text":"a","text":"b"}\n')
    with pytest.raises(InvalidInput, match=r"in.jsonl, line 2: not valid JSON; no row could be"):
        score(tmp_path / "in.jsonl", tmp_path / "out.csv")


def test_a_table_of_too_many_columns_is_refused_at_once(tmp_path: Path) -> None:
    names = ["id", "text", *(f"c{number}" for number in range(MAX_COLUMNS))]
    (tmp_path / "in.csv").write_text(",".join(names) + "\nx,fine\n")
    (tmp_path / "in.jsonl").write_text(
        "".join(lines_of({"text": "fine", name: 1}) for name in names)
    )
    with pytest.raises(UnreadableFile, match="2,002 columns; at most 2,000"):
        score(tmp_path / "in.csv", tmp_path / "out.csv")
    with pytest.raises(UnreadableFile, match="2,002 columns; at most 2,000"):
        list(FileSource(tmp_path / "in.csv").read())
    with pytest.raises(UnreadableFile, match="over 2,000 different names"):
        score(tmp_path / "in.jsonl", tmp_path / "out.csv")


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("content", ["[]", " [ ]\n"])
def test_an_array_without_entries_is_a_table_without_rows(
    tmp_path: Path, content: str, suffix: str
) -> None:
    (tmp_path / "in.json").write_text(content)
    report = score(tmp_path / "in.json", tmp_path / f"out.{suffix}")
    assert (report.rows, report.failed) == (0, 0)
    assert list(FileSource(tmp_path / "in.json").read()) == []


@pytest.mark.parametrize("start", ["\n", "\n\r\n\n", "\ufeff\n"])
def test_a_csv_may_begin_with_blank_lines(tmp_path: Path, start: str) -> None:
    (tmp_path / "in.csv").write_text(f"{start}id,text\n1,fine\n")
    assert score(tmp_path / "in.csv", tmp_path / "out.csv").scored == 1
    (item,) = FileSource(tmp_path / "in.csv").read()
    assert isinstance(item, IncomingComment)
    (tmp_path / "blank.csv").write_text(start)
    with pytest.raises(UnreadableFile, match=r"blank\.csv is empty"):
        score(tmp_path / "blank.csv", tmp_path / "out.csv")
    (tmp_path / "cut.csv").write_text(f'{start}id,"text\n')
    with pytest.raises(UnreadableFile, match="the column names can't be read"):
        score(tmp_path / "cut.csv", tmp_path / "out.csv")


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "[1e400]", "Infinity"])
@pytest.mark.parametrize("name", ["in.jsonl", "in.json"])
def test_a_number_that_is_none_fails_its_row(tmp_path: Path, name: str, number: str) -> None:
    (tmp_path / name).write_text(
        f'{{"id":"1","text":"a","x":1e99}}\n{{"id":"2","text":"b","x":{number}}}\n'
    )
    report = score(tmp_path / name, tmp_path / "out.jsonl")
    assert (report.scored, dict(report.reasons)) == (1, {"not valid JSON": 1})
    second = list(FileSource(tmp_path / name).read())[1]
    assert isinstance(second, Rejected)
    assert second.message.endswith(f"{name}, line 2: not valid JSON")


def test_a_link_is_written_to_the_file_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text\nfine\n")
    (tmp_path / "far").mkdir()
    (tmp_path / "out.csv").symlink_to("far/results")
    for _ in range(2):  # first the file is not there
        score(tmp_path / "in.csv", tmp_path / "out.csv")
        assert (tmp_path / "out.csv").is_symlink()
        assert (tmp_path / "far" / "results").read_text().startswith("text,")
        assert [path.name for path in (tmp_path / "far").iterdir()] == ["results"]
    (tmp_path / "gone.csv").symlink_to("nowhere/results")
    with pytest.raises(InvalidInput, match="there is no folder"):
        score(tmp_path / "in.csv", tmp_path / "gone.csv")
    (tmp_path / "in_too.csv").symlink_to("in.csv")
    with pytest.raises(InvalidInput, match="is the file to score"):
        score(tmp_path / "in.csv", tmp_path / "in_too.csv")


def test_a_pipe_is_refused_as_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text\nfine\n")
    os.mkfifo(tmp_path / "out.csv")
    (tmp_path / "link.csv").symlink_to("out.csv")
    for name in ("out.csv", "link.csv"):
        with pytest.raises(InvalidInput, match="is a pipe or a device"):
            score(tmp_path / "in.csv", tmp_path / name)
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    with pytest.raises(InvalidInput, match="a link that leads to itself"):
        score(tmp_path / "in.csv", tmp_path / "loop.csv")


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_a_parquet_file_without_rows_is_no_damaged_one(tmp_path: Path, suffix: str) -> None:
    table = pa.table({"text": pa.array([], pa.string()), "id": pa.array([], pa.int64())})
    pq.write_table(table, tmp_path / "in.parquet")
    assert score(tmp_path / "in.parquet", tmp_path / f"out.{suffix}").rows == 0
    assert list(FileSource(tmp_path / "in.parquet").read()) == []


def test_a_target_that_cant_be_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text\nfine\n")
    with pytest.raises(InvalidInput, match="can't be written: File name too long"):
        score(tmp_path / "in.csv", tmp_path / ("x" * 300 + ".csv"))
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InvalidInput):
        score(tmp_path / "in.csv", tmp_path / "loop" / "out.csv")


def test_output_in_an_old_encoding_does_not_end_a_command_that_is_done(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text\nfine\n")
    environ = os.environ | {
        "PYTHONIOENCODING": "ascii",
        "MODCONSOLE_HOME": str(tmp_path / "home"),
        "MODCONSOLE_BACKEND": "fake",
    }
    command = ["score", str(tmp_path / "in.csv"), "--out", str(tmp_path / "é.csv")]
    done = subprocess.run(
        [sys.executable, "-m", "core.cli", *command], env=environ, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"1 rows" in done.stdout
    assert (tmp_path / "é.csv").exists()
