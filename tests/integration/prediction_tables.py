"""Comments in a database and `modconsole score` over them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from core.cli.main import main

Rows = Sequence[tuple[object, ...]]


def put_comments(path: Path, texts: Mapping[int, str | None]) -> None:
    """Makes or replaces the table `comments`; the comment 7 was written 7 hours into 2026."""
    rows = pa.table(
        {"id": pa.array(texts, pa.int64()), "text": pa.array(texts.values(), pa.string())}
    )
    with duckdb.connect(path) as connection:
        connection.register("rows", rows)
        connection.execute(
            "CREATE OR REPLACE TABLE comments AS SELECT id, text, "
            "TIMESTAMPTZ '2026-01-01 00:00:00+00' + id * INTERVAL 1 HOUR AS created_at FROM rows"
        )


def rows_of(path: Path, select: str) -> Rows:
    with duckdb.connect(path) as connection:
        return connection.execute(select).fetchall()


def predictions(path: Path) -> Rows:
    """All that a run repeats: not when it was, and which."""
    return rows_of(path, "SELECT * EXCLUDE (scored_at, run_id) FROM predictions ORDER BY id")


def score(
    path: Path, *flags: str, source: str = "", capsys: pytest.CaptureFixture[str]
) -> tuple[int, dict[str, object], str]:
    """The exit code, the last line's facts, and what standard error said."""
    chosen = [source] if source else [str(path), "--table", "comments"]
    code = main(["score", *chosen, "--out", str(path), *flags])
    said = capsys.readouterr()
    last = said.out.strip().splitlines()[-1] if said.out.strip() else "{}"
    return code, json.loads(last) if last.startswith("{") else {}, said.err
