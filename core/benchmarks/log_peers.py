"""The same question to the same calls, asked of other programs: how many calls of a window were
answered, and their p50, p95 and p99.

They get the names of the hours' Parquet files that the window needs, and SQLite a table of all
calls with an index by time. What isn't installed is named and left out: `pip install polars chdb`.
Prometheus is no package of Python, and keeps histograms in place of calls.
"""

import importlib
import json
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.benchmarks.timed import timed
from core.servinglog.archive.place import ArchivePlace
from core.servinglog.percentiles import QUANTILES
from core.servinglog.queries import ServingLogQueries
from core.servinglog.windows import Window

SHARES = (0.50, 0.95, 0.99)
HOURS = {"1 h": 1, "24 h": 24}
Files = Sequence[str]
Answer = tuple[int, float, float, float]
"""How many were answered, and the percentiles in milliseconds."""


def of_pandas(files: Files) -> Answer:
    """Read by Arrow, because pandas alone would make an object of each duration."""
    times = _answered(files).to_pandas()
    return (len(times), *times.quantile(list(SHARES)))


def of_polars(files: Files) -> Answer:
    """From the files, whose columns it reads as it needs them."""
    polars: Any = importlib.import_module("polars")
    ms = polars.col("total_ms").cast(polars.Float64)
    percentiles = [ms.quantile(share, "linear").alias(f"{share}") for share in SHARES]
    rows = polars.scan_parquet(list(files)).filter(polars.col("error_kind").is_null())
    answer: Answer = rows.select(polars.len(), *percentiles).collect().row(0)
    return answer


def of_clickhouse(files: Files) -> Answer:
    """By chdb, in this process."""
    chdb: Any = importlib.import_module("chdb")
    columns = "SELECT total_ms, error_kind FROM file"
    rows = " UNION ALL ".join(f"{columns}('{file}', Parquet)" for file in files)
    text = (
        "SELECT count(), "
        f"quantilesExactInclusive({', '.join(map(str, SHARES))})(toFloat64(total_ms)) "
        f"FROM ({rows}) WHERE error_kind IS NULL"
    )
    ((number, percentiles),) = json.loads(str(chdb.query(text, "JSONCompact")))["data"]
    return (int(number), *percentiles)


def of_sqlite(database: Path, window: Window) -> Answer:
    """Each percentile between the two calls at its rank."""
    span = (window.since.timestamp(), window.until.timestamp())
    of_window = "FROM calls WHERE started_s >= ? AND started_s < ?"
    with closing(sqlite3.connect(database)) as connection:
        ((number,),) = connection.execute(f"SELECT count(*) {of_window}", span).fetchall()
        found = []
        for share in SHARES:
            rank = share * (number - 1)
            text = f"SELECT total_ms {of_window} ORDER BY total_ms LIMIT 2 OFFSET ?"
            near = [ms for (ms,) in connection.execute(text, (*span, int(rank)))]
            found.append(near[0] + (rank - int(rank)) * (near[-1] - near[0]))
    return (number, *found)


def make_sqlite(database: Path, files: Files) -> None:
    """A table of all answered calls, with an index by time."""
    calls = _answered(files, "started_at")
    rows = zip(calls["started_at"].to_pylist(), calls["total_ms"].to_pylist(), strict=True)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE calls (started_s REAL, total_ms REAL)")
        moved = ((at.replace(tzinfo=None) - datetime(1970, 1, 1), ms) for at, ms in rows)
        given = ((at / timedelta(seconds=1), ms) for at, ms in moved)
        connection.executemany("INSERT INTO calls VALUES (?, ?)", given)
        connection.execute("CREATE INDEX by_time ON calls (started_s)")
        connection.commit()


PEERS = {"pandas": "pandas", "Polars": "polars", "ClickHouse local": "chdb", "SQLite": "sqlite3"}
"""The module of each program."""


def main(folder: Path, until: datetime) -> None:
    """Prints a row for each program and window of the log in that folder."""
    queries = ServingLogQueries(folder)
    place = ArchivePlace(folder)
    hours = {
        one.start: place.file(one.path)
        for (kind, _), one in place.read().hours.items()
        if kind == "calls" and one.path is not None
    }
    installed = [name for name, module in PEERS.items() if find_spec(module)]
    database = folder / "peer.sqlite"
    make_sqlite(database, [hours[until - timedelta(hours=n + 1)] for n in range(24)])
    rows = []
    for name, count in HOURS.items():
        window = Window(until - timedelta(hours=count), until)
        files = [hours[until - timedelta(hours=n + 1)] for n in range(count)]
        asked: dict[str, Callable[[], Answer]] = {
            "pandas": partial(of_pandas, files),
            "Polars": partial(of_polars, files),
            "ClickHouse local": partial(of_clickhouse, files),
            "SQLite": partial(of_sqlite, database, window),
        }
        here = _here(queries, window)
        here_s = timed(partial(queries.summary, window))["median_s"]
        for program in installed:
            rows.append(
                {"program": program, "window": name, **_compared(asked[program], here, here_s)}
            )
    missing = [name for name in PEERS if name not in installed]
    sys.stdout.write(json.dumps({"peers": rows, "not_installed": missing}))


def _here(queries: ServingLogQueries, window: Window) -> Answer:
    summary = queries.summary(window)
    p50, p95, p99 = (summary.percentile(name) or 0.0 for name in QUANTILES)
    return summary.answered, p50, p95, p99


def _compared(ask: Callable[[], Answer], here: Answer, here_s: float) -> dict[str, float]:
    times, answer = timed(ask), ask()
    off = max(abs(there / own - 1) for there, own in zip(answer[1:], here[1:], strict=True))
    return {
        "answered": answer[0],
        "answered_here": here[0],
        "differs_by_percent": round(100 * off, 2),
        "median_s": times["median_s"],
        "here_s": here_s,
        "times_as_long": round(times["median_s"] / here_s, 1),
    }


def _answered(files: Files, *more: str) -> Any:
    """Their durations; with the names of more columns, an Arrow table of all of these."""
    from pyarrow import compute, dataset, float64

    calls = dataset.dataset(list(files)).to_table(
        columns={
            "total_ms": compute.field("total_ms").cast(float64()),
            **{name: compute.field(name) for name in more},
        },
        filter=compute.field("error_kind").is_null(),
    )
    return calls if more else calls["total_ms"]


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
