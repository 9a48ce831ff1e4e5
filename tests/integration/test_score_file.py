"""Scoring a file: one row out for each row in, whatever the row contains."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.batch.score_file import FileReport, score_file
from core.clock import system_clock
from core.errors import BackendError, InvalidInput, UnreadableFile
from core.inference.fake import LABELS, POISON, FakeBackend
from core.inference.scorer import Scorer
from core.servinglog.record import Mode, ServingRecord
from tests.cutting_backend import CuttingBackend

ADDED = [*(label.value for label in LABELS), "detected_language", "unread_chars", "error"]


class MemoryLog:
    """A serving log in memory."""

    def __init__(self) -> None:
        self.records: list[ServingRecord] = []

    def write(self, record: ServingRecord) -> None:
        self.records.append(record)

    def close(self) -> None:
        """Nothing to close."""


def score(
    path: Path,
    out: Path,
    *,
    column: str = "text",
    backend: FakeBackend | None = None,
    log: MemoryLog | None = None,
    is_raw: bool = False,
    chunk_rows: int = 3,
) -> FileReport:
    scorer = Scorer(backend or FakeBackend(), log or MemoryLog(), system_clock())
    return score_file(path, column, out, scorer, is_raw=is_raw, chunk_rows=chunk_rows)


def test_what_was_not_read_is_told_row_by_row(tmp_path: Path) -> None:
    table = pa.table({"text": ["word", "word " * 30, ""]})
    pq.write_table(table, tmp_path / "in.parquet")
    log = MemoryLog()
    out = tmp_path / "out.parquet"
    report = score(tmp_path / "in.parquet", out, backend=CuttingBackend(), log=log)
    assert pq.read_table(out)["unread_chars"].to_pylist() == [0, 49, None]
    assert report.not_whole == 1
    assert sum(record.truncated_count for record in log.records) == 1


def test_parquet_keeps_its_columns_types_and_order(tmp_path: Path) -> None:
    table = pa.table(
        {
            "price": pa.array([Decimal("1.50")] * 5, pa.decimal128(5, 2)),
            "at": pa.array([1, 2, 3, None, 5], pa.timestamp("ms", "UTC")),
            "tags": pa.array([["a"], [], None, ["b"], []], pa.list_(pa.string())),
            "small": pa.array(range(5), pa.int8()),
            "body": ["you idiot", "<p>fine</p>", None, "<p></p>", "kill"],
        },
        metadata={"made": "by hand"},
    )
    pq.write_table(table, tmp_path / "in.parquet")
    log = MemoryLog()
    out = tmp_path / "out.parquet"
    report = score(tmp_path / "in.parquet", out, column="body", log=log, chunk_rows=2)
    scored = pq.read_table(out)
    assert scored.select(table.column_names).equals(table)
    assert scored.schema.names == [*table.column_names, *ADDED]
    assert scored["toxicity"].to_pylist() == [0.92, 0.02, None, None, 0.85]
    assert scored["error"].to_pylist()[:2] == [None, None]
    assert report == FileReport(
        out, 5, 3, 2, {"the text is empty": 1, "the text has only markup": 1}, 0
    )
    assert {record.mode for record in log.records} == {Mode.BATCH}
    assert sum(record.batch_size for record in log.records) == 3


def test_rows_that_cannot_be_scored_say_why_and_keep_their_place(tmp_path: Path) -> None:
    rows: list[object] = [
        {"id": 1, "text": "damn"},
        {"id": 2, "text": ""},
        {"id": 3, "text": "a\x00"},
        {"id": 4, "text": "a\ud800", "extra": {"nested": ["\ud800"]}},
        {"id": 5, "text": "x" * 50_001},
        {"id": 6, "text": 6},
        {"id": 7},
        [],
        {"id": 9, "text": f"a {POISON} b"},
        {"id": 10, "text": "fine"},
    ]
    lines = [json.dumps(row) for row in rows]
    lines.insert(3, "{broken")
    (tmp_path / "in.jsonl").write_text("\n".join(lines))
    report = score(tmp_path / "in.jsonl", tmp_path / "out.jsonl", chunk_rows=20)
    out = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["id"] for row in out] == [1, 2, 3, None, 4, 5, 6, 7, None, 9, 10]
    assert [row["error"] for row in out] == [
        None,
        "the text is empty",
        "the text holds a NUL character",
        "not valid JSON",
        "the text holds a lone surrogate, which is not valid Unicode",
        "the text has 50,001 characters; at most 50,000 are taken",
        "the text is a number, not text",
        "the text is empty",
        "the row is not an object",
        "the fake backend found its poison word",
        None,
    ]
    assert out[4]["extra"] == {"nested": ["\ud800"]}
    assert (report.rows, report.scored, report.failed) == (11, 2, 9)


def test_json_columns_take_the_type_that_holds_all_their_values(tmp_path: Path) -> None:
    rows = [
        {"text": "a", "n": 1, "f": 1, "b": True, "mixed": 1, "none": None, "long": 2**60},
        {"text": "b", "n": 2, "f": 0.5, "b": None, "mixed": "x", "big": 2**70},
    ]
    (tmp_path / "in.json").write_text(json.dumps(rows))
    score(tmp_path / "in.json", tmp_path / "out.parquet")
    out = pq.read_table(tmp_path / "out.parquet").drop(ADDED).to_pylist()
    assert out == [
        {"text": "a", "n": 1, "f": 1.0, "b": True, "mixed": "1", "none": None, "long": 2**60}
        | {"big": None},
        {"text": "b", "n": 2, "f": 0.5, "b": None, "mixed": "x", "none": None, "long": None}
        | {"big": str(2**70)},
    ]


def test_csv_rows_of_the_wrong_width_are_kept_and_formulas_made_harmless(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(
        'id,text\n1,=HYPERLINK("x")\n2\n3,a,b\n-4.5,"idiot\n, you"\n5,@SUM\n', encoding="utf-8"
    )
    score(tmp_path / "in.csv", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["id", "text", *ADDED]
    assert [row[:2] for row in rows] == [
        ["1", '\'=HYPERLINK("x")'],
        ["2", ""],
        ["3", "a"],
        ["-4.5", "idiot\n, you"],
        ["5", "'@SUM"],
    ]
    assert [row[-1] for row in rows] == [
        "",
        "1 cell in a table of 2 columns",
        "3 cells in a table of 2 columns",
        "",
        "",
    ]
    assert rows[3][2] == "0.92"


def test_a_chunk_of_only_breaking_texts_does_not_stop_the_file(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"text\n{POISON}\n{POISON}\n{POISON}\nidiot\n")
    report = score(tmp_path / "in.csv", tmp_path / "out.parquet")
    assert (report.rows, report.scored, report.failed) == (4, 1, 3)


def test_a_backend_that_is_down_leaves_the_old_result_and_nothing_else(tmp_path: Path) -> None:
    backend = FakeBackend()
    backend.is_down = True
    (tmp_path / "in.csv").write_text("text\nidiot\n")
    (tmp_path / "out.parquet").write_text("old")
    with pytest.raises(BackendError, match="down"):
        score(tmp_path / "in.csv", tmp_path / "out.parquet", backend=backend)
    assert (tmp_path / "out.parquet").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.parquet"]
    backend.is_down = False
    score(tmp_path / "in.csv", tmp_path / "out.parquet", backend=backend)
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.parquet"]


def test_progress_counts_rows_and_can_stop_the_work(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text\n" + "fine\n" * 7)
    told: list[int] = []
    scorer = Scorer(FakeBackend(), MemoryLog(), system_clock())
    out = tmp_path / "out.csv"
    score_file(tmp_path / "in.csv", "text", out, scorer, chunk_rows=3, progress=told.append)
    assert told == [3, 6, 7]

    def stop(done: int) -> None:
        raise KeyboardInterrupt

    stopped = tmp_path / "stopped.csv"
    with pytest.raises(KeyboardInterrupt):
        score_file(tmp_path / "in.csv", "text", stopped, scorer, progress=stop)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


@pytest.mark.parametrize(
    ("content", "out", "column", "complaint"),
    [
        ("text\nx\n", "in.csv", "text", "is the file to score"),
        ("text\nx\n", "out.xlsx", "text", "results are written as .parquet, .csv, .jsonl"),
        ("text\nx\n", "gone/out.csv", "text", "there is no folder"),
        ("id,body\n1,x\n", "out.csv", "text", "no column `text`; its columns are `id`, `body`"),
        ("text,toxicity\nx,1\n", "out.csv", "text", "has already `toxicity`"),
        ("text,Error\nx,1\n", "out.csv", "text", "has already `Error`"),
        ("text,unread_chars\nx,1\n", "out.csv", "text", "has already `unread_chars`"),
    ],
)
def test_a_job_that_cannot_end_well_is_refused_before_it_begins(
    tmp_path: Path, content: str, out: str, column: str, complaint: str
) -> None:
    (tmp_path / "in.csv").write_text(content)
    with pytest.raises(InvalidInput, match=complaint):
        score(tmp_path / "in.csv", tmp_path / out, column=column)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]
    assert (tmp_path / "in.csv").read_text() == content


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(UnreadableFile, match="not Parquet"):
        score(tmp_path / "in.parquet", tmp_path / "out.parquet")
