"""`modconsole score` over tables whose ids and texts have odd types: each value stays what it is,
and only the row that can't be scored is told of."""

import json
import sqlite3
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.cli.main import main
from core.cli.output import ExitCode
from core.sources.tables.address import database_address
from core.sources.tables.opening import open_database
from core.sources.tables.source import table_source

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _fake_backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")


def made(tmp_path: Path, kind: str, columns: str, *rows: str) -> Path:
    path = tmp_path / f"in.{kind}"
    statements = [f"CREATE TABLE c ({columns})", *(f"INSERT INTO c {row}" for row in rows)]
    if kind == "duckdb":
        with duckdb.connect(path) as database:
            for each in statements:
                database.execute(each)
        return path
    connection = sqlite3.connect(path)
    for each in statements:
        connection.execute(each)
    connection.commit()
    connection.close()
    return path


def into_table(source: Path, *flags: str) -> tuple[int, list[tuple[object, ...]]]:
    """The exit code, and ids and errors of the predictions."""
    out = source.with_name("out.duckdb")
    code = main(["score", str(source), "--out", str(out), *flags])
    with duckdb.connect(out, read_only=True) as database:
        tables = [name for (name,) in database.execute("SHOW TABLES").fetchall()]
        if "predictions" not in tables:
            return code, []
        return code, database.execute("SELECT id, error FROM predictions ORDER BY id").fetchall()


NO_TEXT = "the text is bytes that are not UTF-8, not text"
LATE_ROWS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) "
    "SELECT i, NULL, NULL FROM n"
)


def test_a_column_may_have_its_first_value_late(tmp_path: Path) -> None:
    columns = "id, text TEXT, parent_id TEXT"
    path = made(tmp_path, "sqlite", columns, LATE_ROWS, "VALUES ('x1', 'fine', 't1_abc')")
    assert main(["score", str(path), "--table", "c", "--out", str(tmp_path / "o.parquet")]) == 0
    last = pq.read_table(tmp_path / "o.parquet").to_pylist()[-1]
    assert (last["id"], last["text"], last["parent_id"]) == ("x1", "fine", "t1_abc")
    code, rows = into_table(path, "--table", "c")
    assert code == ExitCode.DONE
    assert [row for row in rows if row[1] is None] == [("x1", None)]
    address = database_address(str(path))
    assert address is not None
    database = open_database(address, is_written=False)
    items = list(table_source(database, "site", table="c", query=None).read())
    database.close()
    assert len(items) == 1501


def test_ids_of_several_types_in_sqlite_stay_what_they_are(tmp_path: Path) -> None:
    values = ("4611686018427387904", "1.5", "'abc'", "1.0", "x'6f6b'", "x'ff'")
    rows = [f"VALUES ({value}, 'fine')" for value in values]
    path = made(tmp_path, "sqlite", "id, text", *rows)
    code, found = into_table(path, "--table", "c")
    assert code == ExitCode.INCOMPLETE  # bytes are no id
    assert [one for one, _ in found] == ["1.0", "1.5", str(2**62), "abc", "ok"]


@pytest.mark.parametrize(
    ("kind", "column"), [("duckdb", "BLOB"), ("sqlite", "BLOB"), ("sqlite", "TEXT")]
)
def test_texts_in_a_column_of_bytes_are_read_as_utf8(
    tmp_path: Path, kind: str, column: str
) -> None:
    bad = "'\\xFF'::BLOB" if kind == "duckdb" else "x'ff'"
    good = "'gut'::BLOB" if kind == "duckdb" else "x'677574'"
    plain = "'fine'::BLOB" if kind == "duckdb" else "'fine'"
    rows = [f"VALUES ({at}, {each})" for at, each in enumerate((plain, good, bad))]
    path = made(tmp_path, kind, f"id INTEGER, text {column}", *rows)
    assert into_table(path, "--table", "c")[1] == [(0, None), (1, None), (2, NO_TEXT)]
    code = main(["score", str(path), "--table", "c", "--out", str(tmp_path / "o.jsonl")])
    assert code == ExitCode.INCOMPLETE
    out = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text().splitlines()]
    assert [row["error"] for row in out] == [None, None, NO_TEXT]
    assert [row["text"] for row in out] == ["fine", "gut", "\\xff"]


@pytest.mark.parametrize("text", ["NULL", "'\\xFF'::BLOB"])
def test_a_table_of_which_nothing_can_be_scored_has_an_exit_code_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    rows = [f"VALUES ({at}, {text})" for at in range(2)]
    path = made(tmp_path, "duckdb", "id INTEGER, text BLOB", *rows)
    assert into_table(path, "--table", "c")[0] == ExitCode.NOTHING_SCORED
    assert "no row could be scored" in capsys.readouterr().err
    # The next run finds nothing new to score.
    assert into_table(path, "--table", "c")[0] == ExitCode.DONE


ODD_IDS = [
    ("TIMESTAMP", ["'infinity'", "'2026-01-01'"], ["2026-01-01 00:00:00", "infinity"]),
    ("DATE", ["'-infinity'", "'2026-01-01'"], ["-infinity", "2026-01-01"]),
    ("UNION(n INTEGER, t VARCHAR)", ["union_value(n := 1)", "union_value(t := 'a')"], ["1", "a"]),
    ("UHUGEINT", [str(2**128 - 1), "7"], [str(2**128 - 1), "7"]),
    ("HUGEINT", [str(2**127 - 1), "7"], [str(2**127 - 1), "7"]),
    ("BLOB", ["'ab'", "'\\xC3\\xA9'"], ["ab", "é"]),
    ("BIT", ["'101'", "'0'"], ["0", "101"]),
    ("INTERVAL", ["INTERVAL '1 day'", "INTERVAL '2 months'"], ["1 day", "2 months"]),
]


@pytest.mark.parametrize(("kind", "values", "expected"), ODD_IDS)
def test_ids_of_odd_types_in_duckdb_are_their_texts(
    tmp_path: Path, kind: str, values: list[str], expected: list[str]
) -> None:
    rows = [f"VALUES ({value}, 'fine')" for value in values]
    path = made(tmp_path, "duckdb", f"id {kind}, text VARCHAR", *rows)
    code, found = into_table(path, "--table", "c")
    assert (code, found) == (ExitCode.DONE, [(each, None) for each in expected])
    for suffix in ("csv", "jsonl", "parquet"):
        out = tmp_path / f"o.{suffix}"
        assert main(["score", str(path), "--table", "c", "--out", str(out)]) == 0
    ids = [json.loads(line)["id"] for line in (tmp_path / "o.jsonl").read_text().splitlines()]
    assert sorted(ids) == expected


@pytest.mark.parametrize("kind", [pa.timestamp("us"), pa.time64("us"), pa.duration("s")], ids=str)
def test_ids_of_a_file_that_are_times_out_of_range_are_told_apart(
    tmp_path: Path, kind: pa.DataType
) -> None:
    ids = pa.array([0, 2**62, 2**62 + 1], pa.int64()).view(kind)
    pq.write_table(pa.table({"id": ids, "text": ["fine"] * 3}), tmp_path / "in.parquet")
    code, found = into_table(tmp_path / "in.parquet")
    assert code == ExitCode.DONE
    assert {f"{2**62} {kind.unit}", f"{2**62 + 1} {kind.unit}"} < {one for one, _ in found}


def test_ids_of_json_lines_are_texts_whatever_stands_beside_them(tmp_path: Path) -> None:
    for name, ids, expected in (
        ("text.jsonl", ["a1", 7, "8"], ["7", "8", "a1"]),
        ("number.jsonl", [7, 1.5, 2**53], ["1.5", "7", str(2**53)]),
        ("large.jsonl", [2**70, 7, 1.5], [str(2**70), "1.5", "7"]),
        ("list.jsonl", ["a", [1]], ["[1]", "a"]),
    ):
        (tmp_path / "out.duckdb").unlink(missing_ok=True)
        rows = [json.dumps({"id": one, "text": "fine"}) for one in ids]
        (tmp_path / name).write_text("\n".join(rows))
        code, found = into_table(tmp_path / name)
        assert (code, sorted(str(one) for one, _ in found)) == (ExitCode.DONE, sorted(expected))


def test_an_array_without_entries_is_a_source_without_rows(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text("[]")
    assert into_table(tmp_path / "in.json") == (ExitCode.DONE, [])
