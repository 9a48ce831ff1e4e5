"""`modconsole score` promises the same of every kind of database, as source and as sink."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from core.batch.predictions import scoring_run
from core.cli.main import main
from core.inference.fake import POISON
from core.sources.tables.address import database_address
from core.sources.tables.base import Database
from core.sources.tables.opening import open_database
from tests.integration.prediction_tables import put_comments, rows_of

pytestmark = pytest.mark.slow

TEXTS = {1: "Thank you for this.", 2: "You idiot.", 3: "", 4: "I will kill you."}
INTERVAL = ("--time-column", "created_at", "--from", "2026-01-01T02", "--to", "2026-01-01T04")


def opened(address: str) -> Database:
    found = database_address(address)
    assert found is not None
    return open_database(found, is_written=True)


def put(address: str, texts: Mapping[Any, str | None]) -> None:
    """Makes or replaces the table `comments`; the comment 7 was written 7 hours into 2026."""
    rows = pa.RecordBatch.from_pydict(
        {
            "id": list(texts),
            "text": list(texts.values()),
            "created_at": [1_767_225_600 + 3600 * int(number) for number in texts],
        }
    )
    database = opened(address)
    with database.transaction() as work:
        if "comments" in work.tables():
            work.execute("DROP TABLE comments")
        work.stage("new_rows", rows)
        work.execute("CREATE TABLE comments AS SELECT * FROM new_rows")
    database.close()


def found(address: str, columns: Iterable[str] = ("id", "action", "error")) -> list[Any]:
    database = opened(address)
    select = f"SELECT {', '.join(columns)} FROM predictions ORDER BY id"
    with database.transaction() as work:
        rows = [tuple(row.values()) for row in work.fetch(select).to_pylist()]
    database.close()
    return rows


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    # A few rows are several calls and transactions.
    monkeypatch.setattr(scoring_run, "CALL_ROWS", 2)
    monkeypatch.setattr(scoring_run, "COMMIT_S", -1.0)


def score(
    address: str, capsys: pytest.CaptureFixture[str], *flags: str, source: str | None = None
) -> dict[str, Any]:
    chosen = [source] if source else [address, "--table", "comments"]
    code = main(["score", *chosen, "--out", address, *flags])
    facts: dict[str, Any] = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    return facts | {"code": code}


EXPECTED = [
    (1, "approve", None),
    (2, "hold", None),
    (3, None, "the text is empty"),
    (4, "hold", None),
]


def test_source_and_sink_may_be_one_database(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    put(address, TEXTS)
    told = score(address, capsys)
    assert (told["code"], told["scored_count"], told["failed_count"]) == (0, 3, 1)
    assert found(address) == EXPECTED
    assert found(address, ("insult", "severe_toxicity"))[1] == (0.95, None)
    told = score(address, capsys)
    assert (told["scored_count"], told["unchanged_count"]) == (0, 4)
    put(address, TEXTS | {1: "You moron.", 5: "Fine."})
    told = score(address, capsys)
    assert (told["scored_count"], told["unchanged_count"]) == (2, 3)
    assert [row[1] for row in found(address)] == ["hold", "hold", None, "hold", "approve"]
    assert score(address, capsys, "--all")["scored_count"] == 4


def test_failed_rows_are_tried_again(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    put(address, TEXTS | {5: f"With {POISON}"})
    assert score(address, capsys)["code"] == 1
    put(address, TEXTS | {5: "Without."})
    told = score(address, capsys)
    assert (told["code"], told["scored_count"], told["unchanged_count"]) == (0, 1, 4)


def test_an_interval_is_replaced(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    put(address, {number: f"Comment {number}." for number in range(1, 7)})
    assert score(address, capsys, *INTERVAL)["scored_count"] == 2
    assert [row[0] for row in found(address)] == [2, 3]
    score(address, capsys)
    put(address, {1: "Fine.", 3: "You idiot.", 5: "Fine."})
    assert score(address, capsys, *INTERVAL)["scored_count"] == 1
    assert found(address)[1:3] == [(3, "hold", None), (4, "approve", None)]


def test_ids_may_be_words(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    put(address, {"0007": "You idiot.", "7": "Fine."})
    score(address, capsys)
    assert found(address, ("id", "action")) == [("0007", "hold"), ("7", "approve")]
    assert score(address, capsys)["unchanged_count"] == 2


def test_a_first_column_of_nothing_but_null_has_its_type_all_the_same(
    address: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring_run, "CALL_ROWS", 1024)
    put(address, dict.fromkeys(range(1, 1500)) | {1500: "You idiot."})
    told = score(address, capsys)
    assert (told["scored_count"], told["failed_count"]) == (1, 1499)


def test_rows_of_one_kind_of_database_go_into_any_other(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "source.duckdb"
    put_comments(source, TEXTS)
    rows_of(source, f"COPY comments TO '{tmp_path}/rows.parquet'")
    told = score(address, capsys, "--table", "comments", source=str(source))
    assert (told["code"], told["scored_count"]) == (0, 3)
    assert found(address) == EXPECTED
    told = score(address, capsys, source=f"{tmp_path}/rows.parquet")
    assert told["unchanged_count"] == 4
    put(address, TEXTS)
    out = tmp_path / "scored.parquet"
    assert main(["score", address, "--table", "comments", "--out", str(out)]) == 0
    assert rows_of(source, f"SELECT id, insult FROM '{out}' ORDER BY id")[1] == (2, 0.95)
    assert main(["ingest", address, "--table", "comments"]) == 0
    assert "3 stored" in capsys.readouterr().out
