"""`modconsole score` from a database to a table of predictions in the same file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from core.cli.main import main
from core.inference.fake import POISON
from core.moderation.scores import Label
from tests.integration.prediction_tables import predictions, put_comments, rows_of, score

pytestmark = pytest.mark.slow

TEXTS = {1: "Thank you for this.", 2: "You idiot.", 3: "", 4: "I will kill you."}
Score = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "hn.duckdb"
    put_comments(made, TEXTS)
    return made


@pytest.fixture
def run(
    path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Score:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    return lambda *flags, **options: score(path, *flags, capsys=capsys, **options)


def test_one_command_writes_a_row_for_each_row_and_a_second_does_nothing(
    path: Path, run: Score
) -> None:
    code, told, _ = run()
    assert (code, told["scored_count"], told["failed_count"]) == (0, 3, 1)
    columns = "id, toxicity, insult, action, reason, model_version, policy_version, error"
    assert rows_of(path, f"SELECT {columns} FROM predictions ORDER BY id") == [
        (1, 0.02, 0.02, "approve", None, "fake-1", 1, None),
        (2, 0.92, 0.95, "hold", "harassment", "fake-1", 1, None),
        (3, None, None, None, None, "fake-1", 1, "the text is empty"),
        (4, 0.85, 0.02, "hold", "threat", "fake-1", 1, None),
    ]
    before = rows_of(path, "SELECT * FROM predictions ORDER BY id")
    code, told, _ = run()
    assert (code, told["scored_count"], told["unchanged_count"]) == (0, 0, 4)
    assert rows_of(path, "SELECT * FROM predictions ORDER BY id") == before


def test_a_table_has_a_column_for_every_label(path: Path, run: Score) -> None:
    run()
    names = [row[0] for row in rows_of(path, "DESCRIBE predictions")]
    assert {label.value for label in Label} < set(names)


def test_new_and_changed_rows_alone_are_scored_again_unless_all_are_asked_for(
    path: Path, run: Score
) -> None:
    run()
    put_comments(path, TEXTS | {1: "You moron.", 5: "Fine."})
    _, told, _ = run()
    assert (told["scored_count"], told["unchanged_count"]) == (2, 3)
    found = rows_of(path, "SELECT id, action FROM predictions WHERE id IN (1, 5) ORDER BY id")
    assert found == [(1, "hold"), (5, "approve")]
    _, told, _ = run("--all")
    assert (told["scored_count"], told["unchanged_count"]) == (4, 0)


def test_the_table_of_runs_says_who_what_when_and_with_what(path: Path, run: Score) -> None:
    run("--run", "nightly")
    columns = "name, state, started_by, source, backend, model_version, read_count, scored_count"
    ((name, state, who, source, *rest),) = rows_of(path, f"SELECT {columns} FROM predictions_runs")
    assert (name, state, source) == ("nightly", "done", "hn.duckdb: `comments`")
    assert "@" in str(who)
    assert rest == ["fake", "fake-1", 4, 3]
    ((run_id, task, started, changed),) = rows_of(
        path, "SELECT run_id, task, started_at, changed_at FROM predictions_runs"
    )
    assert json.loads(str(task)) == {"table": "comments", "text_column": "text"}
    assert started <= changed  # type: ignore[operator]
    assert rows_of(path, "SELECT DISTINCT run_id FROM predictions") == [(run_id,)]


def test_a_row_the_backend_refuses_is_a_row_with_its_error_and_is_tried_again(
    path: Path, run: Score
) -> None:
    put_comments(path, TEXTS | {5: f"A text with {POISON}"})
    code, told, said = run()
    assert (code, told["scored_count"], told["failed_count"]) == (1, 3, 2)
    assert "the next run tries them again" in said
    ((error,),) = rows_of(path, "SELECT error FROM predictions WHERE id = 5")
    assert "poison" in str(error)
    code, told, _ = run()
    assert (told["failed_count"], told["unchanged_count"]) == (1, 4)
    put_comments(path, TEXTS | {5: "A text without."})
    code, told, _ = run()
    assert (code, told["scored_count"], told["unchanged_count"]) == (0, 1, 4)


def test_an_interval_is_replaced_exactly(path: Path, run: Score) -> None:
    """Half-open, in UTC: the comment at its end is not in it."""
    hours = {number: f"Comment {number}." for number in range(1, 7)}
    put_comments(path, hours)
    by = ("--time-column", "created_at")
    interval = (*by, "--from", "2026-01-01T02:00Z", "--to", "2026-01-01T05")
    code, told, _ = run(*interval)
    assert (code, told["scored_count"]) == (0, 3)
    assert [row[0] for row in predictions(path)] == [2, 3, 4]
    before = predictions(path)
    _, told, _ = run(*interval)
    assert told["scored_count"] == 3
    assert predictions(path) == before
    assert len(rows_of(path, "SELECT DISTINCT run_id FROM predictions")) == 1
    # What is gone from the source goes, and what lies outside stays.
    run(*by, "--from", "2026-01-01T05", "--to", "2026-01-01T07")
    put_comments(path, {number: hours[number] for number in (1, 2, 4)})
    run(*interval)
    assert [row[0] for row in predictions(path)] == [2, 4, 5, 6]
    assert "predictions_staging" not in [row[0] for row in rows_of(path, "SHOW TABLES")]


def test_an_interval_around_a_clock_change_is_counted_in_utc(path: Path, run: Score) -> None:
    """On 2026-03-29 clocks in Berlin went from 2 to 3; on 2026-10-25 the hour from 2 came twice."""
    with duckdb.connect(path) as connection:
        connection.execute(
            "CREATE OR REPLACE TABLE comments (id BIGINT, text VARCHAR, at_ VARCHAR)"
        )
        for number, at in enumerate(
            ["2026-03-29T01:59:59+01:00", "2026-03-29T03:00:00+02:00",
             "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"], 1
        ):  # fmt: skip
            connection.execute("INSERT INTO comments VALUES (?, 'Fine.', ?)", [number, at])
    for start, end, ids in (
        ("2026-03-29T00:00Z", "2026-03-29T01:00Z", [1]),
        ("2026-03-29T03:00+02:00", "2026-03-29T04:00+02:00", [2]),
        ("2026-10-25T00:00Z", "2026-10-25T01:00Z", [3]),
        ("2026-10-25T02:00+01:00", "2026-10-25T03:00+01:00", [4]),
    ):
        run("--time-column", "at_", "--from", start, "--to", end, "--out-table", f"hour{ids[0]}")
        assert rows_of(path, f"SELECT id FROM hour{ids[0]}") == [(ids[0],)]


def test_a_limit_scores_so_many_and_the_next_run_the_rest(path: Path, run: Score) -> None:
    _, told, _ = run("--limit", "3")
    assert told["scored_count"] + told["failed_count"] == 3
    _, told, _ = run()
    assert told["unchanged_count"] == 3
    assert len(predictions(path)) == 4


def test_a_query_is_a_source(path: Path, run: Score) -> None:
    query = "SELECT id AS n, upper(text) AS words FROM comments WHERE id > 1 ;"
    columns = ("--id-column", "n", "--text-column", "words")
    code, told, _ = run("--query", query, *columns, source=str(path))
    assert (code, told["read_count"]) == (0, 3)
    assert told["name"] == "the query on hn.duckdb to predictions"


def test_files_are_a_source(path: Path, run: Score, tmp_path: Path) -> None:
    rows_of(path, f"COPY comments TO '{tmp_path}/all.csv'")
    code, told, _ = run(source=str(tmp_path / "all.csv"))
    assert (code, told["read_count"]) == (0, 4)
    from_csv = rows_of(path, "SELECT id, action FROM predictions ORDER BY id")
    (tmp_path / "parts" / "deeper").mkdir(parents=True)
    rows_of(path, f"COPY (FROM comments WHERE id < 3) TO '{tmp_path}/parts/a.parquet'")
    rows_of(path, f"COPY (FROM comments WHERE id > 2) TO '{tmp_path}/parts/deeper/b.parquet'")
    for source in ("parts", "parts/**/*.parquet"):
        table = ("--out-table", f"p{len(source)}")
        code, told, _ = run(*table, source=f"{tmp_path}/{source}")
        assert (code, told["read_count"]) == (0, 4)
        found = rows_of(path, f"SELECT id::VARCHAR, action FROM {table[1]} ORDER BY id")
        assert found == from_csv


def test_a_table_is_scored_into_a_file_with_all_of_its_columns(
    path: Path, run: Score, tmp_path: Path
) -> None:
    for out in ("scored.parquet", "scored.csv"):
        arguments = ["score", str(path), "--table", "comments", "--out", str(tmp_path / out)]
        assert main(arguments) == 0
        read = f"SELECT id, text, toxicity, error FROM '{tmp_path}/{out}' ORDER BY id LIMIT 2"
        assert rows_of(path, read)[1] == (2, "You idiot.", 0.92, None)


def test_ids_that_repeat_are_refused_in_a_table_and_reported_of_a_file(
    path: Path, run: Score, tmp_path: Path
) -> None:
    rows_of(path, "INSERT INTO comments SELECT 1, 'Another.', created_at FROM comments LIMIT 1")
    code, _, said = run()
    assert code == 2
    assert "`id` is no id: 5 rows have 4 different values of it" in said
    rows_of(path, f"COPY comments TO '{tmp_path}/all.parquet'")
    code, told, _ = run(source=str(tmp_path / "all.parquet"))
    assert (code, told["unusable_count"], told["scored_count"]) == (1, 1, 3)


WRONG = [
    (("--table", "coments"), "has no table `coments`; its tables are `comments`"),
    (("--table", "comments", "--text-column", "txt"), "no column `txt`; its columns are `id`"),
    (("--table", "comments", "--id-column", "uid"), "no column `uid`"),
    (("--table", "comments", "--out-table", "comments"), "none of predictions"),
    (("--query", "SELECT"), "hn.duckdb: "),
    (("--table", "comments", "--query", "SELECT 1"), "--table NAME or --query SQL"),
    ((), "--table NAME or --query SQL"),
    (("--table", "comments", "--from", "2026-01-01"), "an interval needs --time-column"),
    (
        ("--table", "comments", "--time-column", "created_at", "--from", "2026-01-02",
         "--to", "2026-01-01"),
        "--from must be before --to",
    ),
    (
        ("--table", "comments", "--time-column", "text", "--from", "2026-01-01", "--to",
         "2026-01-02"),
        "hn.duckdb: ",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("flags", "message"), WRONG)
def test_what_is_wrong_is_one_line_and_nothing_is_written(
    path: Path, run: Score, flags: tuple[str, ...], message: str
) -> None:
    code, _, said = run(*flags, source=str(path))
    assert code == 2
    (line,) = [line for line in said.splitlines() if line.startswith("modconsole: ")]
    assert message in line
    assert rows_of(path, "SHOW TABLES") == [("comments",)]


def test_a_file_that_is_not_there_is_not_made(run: Score, tmp_path: Path) -> None:
    code, _, said = run("--table", "comments", source=str(tmp_path / "none.duckdb"))
    assert code == 2
    assert "there is no file" in said
    assert not (tmp_path / "none.duckdb").exists()


def test_a_file_that_is_no_database_is_refused(run: Score, tmp_path: Path) -> None:
    (tmp_path / "x.duckdb").write_text("id,text\n1,hello\n" * 500)
    code, _, said = run("--table", "comments", source=str(tmp_path / "x.duckdb"))
    assert code == 2
    assert "x.duckdb" in said


def test_a_dry_run_counts_estimates_and_writes_nothing(
    path: Path, run: Score, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new.duckdb"
    dry = ["score", str(path), "--table", "comments", "--dry-run", "--out"]
    assert main([*dry, str(new)]) == 0
    said = capsys.readouterr().out
    assert "4 rows read; 4 of them would be scored, with 45 characters" in said
    assert "That would take about" in said
    assert not new.exists()
    assert main([*dry, str(path)]) == 0
    assert rows_of(path, "SHOW TABLES") == [("comments",)]
    run()
    put_comments(path, TEXTS | {1: "You moron."})
    before = rows_of(path, "SELECT * FROM predictions ORDER BY id")
    capsys.readouterr()
    for flags, count in (((), 1), (("--all",), 4), (("--all", "--limit", "3"), 3)):
        assert main([*dry, str(path), *flags]) == 0
        said = capsys.readouterr().out
        assert f"4 rows read; {count} of them" in said
        assert json.loads(said.splitlines()[-1])["to_score_count"] == count
    assert rows_of(path, "SELECT * FROM predictions ORDER BY id") == before
