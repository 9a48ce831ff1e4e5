"""Scoring a table of a database into another one, beside other ways to do the same."""

import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from core.batch.predictions.inputs import Columns, database_input
from core.batch.predictions.runs import Run
from core.batch.predictions.scoring_run import CALL_ROWS, RunPlan, ScoringRun
from core.benchmarks.local_setups import ONE_BY_ONE, SETUPS
from core.benchmarks.local_texts import bench_texts
from core.bootstrap.services import file_scorer
from core.clock import system_clock
from core.config import Settings
from core.errors import MissingExtra, ModelNotUsable
from core.identifiers import new_id
from core.inference.fake import FakeBackend
from core.inference.scorer import Scorer
from core.moderation.cleaning import clean_text
from core.moderation.default_policy import default_policy
from core.moderation.scores import Label
from core.servinglog.record import DiscardingLog, Mode
from core.sources.tables.address import database_address
from core.sources.tables.opening import open_database

ROUNDS = 3
SLOW_ROWS = 100
"""Of a way that scores one row after the other."""
FAKE_ROWS = 1_000_000
CLOCK = system_clock()


@dataclass(frozen=True, slots=True)
class Way:
    """`run` scores the table `comments` of a DuckDB file, of which it takes `most` rows."""

    name: str
    run: Callable[[Path], None]
    most: int | None = None


def run(
    settings: Settings,
    say: Callable[[str], None],
    file: Path | None = None,
    fake_rows: int = FAKE_ROWS,
) -> dict[str, Any]:
    """Rows per second of each way over the same comments, all in turn in each round, and each as a
    multiple of the way that reads one after the other."""
    source, texts = bench_texts(settings, file)
    scorer = file_scorer(replace(settings, cache_size=0))  # each round scores the same texts
    ways = [*_ways(settings, scorer, texts, say)]
    rates: dict[str, list[float]] = {way.name: [] for way in ways}
    for number in range(ROUNDS):
        for way in ways:
            rows = _spread(texts, way.most)
            say(f"round {number + 1} of {ROUNDS}: {len(rows):,} rows, {way.name}")
            with _database(rows) as path:
                begin_s = CLOCK.monotonic()
                way.run(path)
                rates[way.name].append(len(rows) / (CLOCK.monotonic() - begin_s))
    say(f"{fake_rows:,} short rows with the fake backend")
    fake_s = _fake_s(fake_rows)
    own, alone = rates["this console"], rates["the scorer alone"]
    shares = [mine / theirs for mine, theirs in zip(own, alone, strict=True)]
    return {
        "benchmark": "batch",
        "texts": source,
        "model_version": scorer.backend.info.model_version,
        "rows": [_row(name, found, rates) for name, found in rates.items()],
        "share_of_the_scorer": round(statistics.median(shares), 3),
        "share_of_the_scorer_rounds": [round(share, 3) for share in shares],
        "fake_rows": fake_rows,
        "fake_rows_per_s": round(fake_rows / fake_s),
    }


def _spread(texts: Sequence[str], most: int | None) -> Sequence[str]:
    """At most so many, from the first to the last: the first ones alone may be short."""
    return texts if most is None else texts[:: max(1, len(texts) // most)][:most]


def _row(name: str, found: Sequence[float], rates: dict[str, list[float]]) -> dict[str, object]:
    row: dict[str, object] = {
        "way": name,
        "rows/s": round(statistics.median(found), 1),
        "min-max": f"{min(found):.1f}-{max(found):.1f}",
    }
    if first := rates.get(ONE_BY_ONE):
        ratios = [mine / theirs for mine, theirs in zip(found, first, strict=True)]
        row["times"] = round(statistics.median(ratios), 2)
    return row


def _ways(
    settings: Settings, scorer: Scorer, texts: Sequence[str], say: Callable[[str], None]
) -> Iterator[Way]:
    yield Way("this console", lambda path: _into_table(path, scorer))
    yield Way("the scorer alone", lambda _: _in_memory(texts, scorer))
    yield Way("DuckDB with a Python function", lambda path: _with_function(path, scorer))
    try:
        classify = SETUPS[ONE_BY_ONE].open(settings)
    except (MissingExtra, ModelNotUsable) as error:
        say(str(error))
        return
    yield Way(ONE_BY_ONE, lambda path: _frame(path, classify), SLOW_ROWS)


@contextmanager
def _database(texts: Sequence[str]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "comments.duckdb"
        with duckdb.connect(path) as connection:
            connection.register("texts", pa.table({"id": range(len(texts)), "text": texts}))
            connection.execute("CREATE TABLE comments AS SELECT * FROM texts")
        yield path


def _into_table(path: Path, scorer: Scorer) -> None:
    address = database_address(str(path))
    assert address is not None
    database = open_database(address, is_written=True)
    rows = database_input(database, Columns("id", "text"), table="comments", query=None)
    info, now = scorer.backend.info, CLOCK.now()
    run = ScoringRun(
        RunPlan("predictions"),
        Run(new_id(), "bench", "bench", now, rows.name, "", info.name, info.model_version),
        rows.id_type,
        database=database,
        scorer=scorer,
        policy=default_policy(now),
        clock=CLOCK,
    )
    run.score(rows.batches, lambda _: None)
    database.close()


def _in_memory(texts: Sequence[str], scorer: Scorer) -> None:
    for begin in range(0, len(texts), CALL_ROWS):
        scorer.score([clean_text(text) for text in texts[begin : begin + CALL_ROWS]], Mode.BATCH)


def _with_function(path: Path, scorer: Scorer) -> None:
    """DuckDB calls the function with the texts of a vector, 2,048 at most."""

    def toxicity(column: pa.ChunkedArray) -> pa.Array:
        texts = [clean_text(text) for text in column.to_pylist()]
        results = scorer.score(texts, Mode.BATCH)
        return pa.array([result.scores.get(Label.TOXICITY) for result in results], pa.float64())

    with duckdb.connect(path) as connection:
        create_function: Any = connection.create_function  # its stub knows no functions on Arrow
        # Of a text that is not assessed there is no score, and DuckDB refuses NULL unless told so.
        create_function(
            "toxicity", toxicity, ["VARCHAR"], "DOUBLE", type="arrow", null_handling="special"
        )
        connection.execute("CREATE TABLE predictions AS SELECT id, toxicity(text) FROM comments")


def _frame(path: Path, classify: Callable[[Sequence[str]], Any]) -> None:
    """A frame of all rows, one call for each of them, and the frame back into the database."""
    with duckdb.connect(path) as connection:
        frame: pd.DataFrame = connection.execute("SELECT * FROM comments").df()
        frame["toxicity"] = [str(classify([text])) for text in frame["text"]]
        connection.register("scored", frame)
        connection.execute("CREATE TABLE predictions AS SELECT id, toxicity FROM scored")


def _fake_s(rows: int) -> float:
    scorer = Scorer(FakeBackend(), DiscardingLog(), CLOCK)
    with _database([f"comment {number} is fine" for number in range(rows)]) as path:
        begin_s = CLOCK.monotonic()
        _into_table(path, scorer)
        return CLOCK.monotonic() - begin_s
