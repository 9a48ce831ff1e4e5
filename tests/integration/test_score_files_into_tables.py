"""`modconsole score` from several files to a table of predictions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.batch.predictions import inputs, scoring_run
from tests.integration.prediction_tables import rows_of, score

Score = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Score:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    return lambda *flags, **options: score(
        tmp_path / "out.duckdb", *flags, capsys=capsys, **options
    )


def put(file: Path, *rows: tuple[int, str]) -> None:
    """Makes a Parquet file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    values = ", ".join(f"({number}, '{text}')" for number, text in rows)
    rows_of(
        file.parent / "made.duckdb", f"COPY (FROM (VALUES {values}) AS r(id, text)) TO '{file}'"
    )


@pytest.mark.parametrize("pattern", ["*.parquet", "../parts/*.parquet", "./*.parquet"])
def test_a_run_is_named_after_the_folder_of_its_files(
    run: Score, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str
) -> None:
    put(tmp_path / "parts" / "a.parquet", (1, "Fine."))
    put(tmp_path / "parts" / "b.parquet", (2, "Fine."))
    monkeypatch.chdir(tmp_path / "parts")
    _, told, _ = run(source=pattern)
    assert told["name"] == "2 files of parts to predictions"


def test_files_of_several_folders_are_named_after_the_one_around_them(
    run: Score, tmp_path: Path
) -> None:
    put(tmp_path / "all" / "a" / "x.parquet", (1, "Fine."))
    put(tmp_path / "all" / "b" / "x.parquet", (2, "Fine."))
    _, told, _ = run(source=f"{tmp_path}/all")
    assert told["name"] == "2 files of all to predictions"


def test_an_id_that_comes_again_before_a_commit_is_reported_as_one_after_it(
    run: Score, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "READ_ROWS", 2)
    monkeypatch.setattr(scoring_run, "COMMIT_S", 1e9)
    file = tmp_path / "all.parquet"
    put(file, (1, "Fine."), (2, "You idiot."), (3, "Fine."), (1, "Another."), (2, "You idiot."))
    found = []
    for commit_rows in (1, 10**9):
        monkeypatch.setattr(scoring_run, "COMMIT_ROWS", commit_rows)
        table = f"of_{commit_rows}"
        code, told, _ = run("--out-table", table, source=str(file))
        assert (code, told["unusable_count"], told["scored_count"]) == (1, 1, 3)
        select = f"SELECT id, action FROM {table} ORDER BY id"
        found.append(rows_of(tmp_path / "out.duckdb", select))
    assert found == [[(1, "approve"), (2, "hold"), (3, "approve")]] * 2
