"""`modconsole ingest` from a table or a query of a database."""

from pathlib import Path

import pytest

from core.cli.main import main
from tests.integration.prediction_tables import put_comments


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    made = tmp_path / "hn.duckdb"
    put_comments(made, {1: "Thank you for this.", 2: "You idiot.", 3: "", 4: "I will kill you."})
    return made


@pytest.mark.parametrize("chosen", [("--table", "comments"), ("--query", "SELECT * FROM comments")])
def test_the_store_takes_its_comments_from_a_table(
    path: Path, capsys: pytest.CaptureFixture[str], chosen: tuple[str, str]
) -> None:
    assert main(["ingest", str(path), *chosen]) == 0
    assert "4 rows: 3 stored, 1 skipped (no text)" in capsys.readouterr().out
    assert main(["ingest", str(path), *chosen]) == 0
    assert "3 already known" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["hn.duckdb"], "--table NAME or --query SQL"),
        (["comments.csv", "--table", "comments"], "comments.csv is no database"),
        (["hn.duckdb", "--table", "coments"], "has no table `coments`"),
        (["hn.duckdb", "--query", "SELECT id FROM comments"], "needed are `id` and `text`"),
    ],
)
def test_a_table_that_can_not_be_ingested_says_why(
    path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(path.parent)
    assert main(["ingest", *arguments]) == 2
    assert message in capsys.readouterr().err
