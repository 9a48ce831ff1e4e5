"""Makes a long archive of a serving log for a benchmark: 30 days of calls with the times of a real
run, and 300 days of which only sums are kept."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from core.errors import ConfigError, DataFileMismatch
from core.servinglog import tables
from core.servinglog.archive.building import AS_PARQUET, ORDER, ArchiveBuilder
from core.servinglog.archive.manifest import ArchivedHour, ArchiveManifest, DaySums
from core.servinglog.archive.place import ArchivePlace
from core.servinglog.archive.rows import moment, parquet, quoted, written
from core.servinglog.lines import CALL
from core.servinglog.segment_files import SegmentReader
from core.servinglog.shared.ledger import Group

ARRIVALS = Path("serving_azure_llm_2023/azure_llm_inference_2023.parquet")
DAY_0 = datetime(2026, 1, 1, tzinfo=UTC)
LEAST_CALLS = 100
_IDS = {
    "none": {"request_id": "''", "trace_id": "NULL", "caller_request_id": "NULL"},
    "request and trace": {"caller_request_id": "NULL"},
    "all three": {},
}
"""Which ids the records have, when the bytes are compared."""


@dataclass(frozen=True, slots=True)
class Source:
    """A DuckDB with the tables `sample`, real calls, and `arrivals`, seconds within an hour."""

    connection: duckdb.DuckDBPyConnection
    calls: int


def open_source(log_folder: Path, data_dir: Path) -> Source:
    """Raises ConfigError without a log of real calls, and DataFileMismatch without arrivals."""
    path = data_dir / ARRIVALS
    if not path.is_file():
        raise DataFileMismatch(f"{path} is missing")
    connection = duckdb.connect()
    tables.create(connection)
    files = sorted(log_folder.glob("*.jsonl"))
    readers = [SegmentReader(one, one.name, number) for number, one in enumerate(files, start=1)]
    tables.load(connection, readers)
    connection.execute(
        "CREATE TABLE sample AS SELECT row_number() OVER () - 1 AS number, * FROM calls "
        "WHERE mode IN ('realtime', 'batch')"
    )
    ((calls,),) = connection.execute("SELECT count(*) FROM sample").fetchall()
    if calls < LEAST_CALLS:
        raise ConfigError(
            f"The serving log has {calls} real calls and the benchmark takes at least "
            f"{LEAST_CALLS} as its sample: score something first"
        )
    connection.execute(
        f"CREATE TABLE arrivals AS SELECT row_number() OVER () AS number, offset_s "
        f"FROM read_parquet({quoted(str(path))})"
    )
    return Source(connection, calls)


def make_archive(
    source: Source, folder: Path, days: int, calls_per_hour: int, say: Callable[[str], None]
) -> ArchiveManifest:
    """The archive in a log's folder. The first day is drawn, and the others are that day with ids
    of their own."""
    place = ArchivePlace(folder)
    hours: dict[tuple[str, datetime], ArchivedHour] = {}
    sums = {}
    for day in range(days):
        say(f"day {day + 1} of {days}")
        for number in range(24):
            start = DAY_0 + timedelta(days=day, hours=number)
            first = hours.get(("calls", DAY_0 + timedelta(hours=number)))
            if first is None:
                _draw_hour(source, start, calls_per_hour)
                rows = f"SELECT {written(CALL)}, process FROM drawn"
            else:
                rows = _shifted(place, first, day)
            hours["calls", start] = _put_hour(source, place, rows, start, first)
        if day == 0:
            with closing(source.connection.cursor()) as cursor:
                sums[DAY_0.date()] = ArchiveBuilder(cursor, place).add_sums(
                    DAY_0.date(), None, list(hours.values())
                )
        else:
            sums[(DAY_0 + timedelta(days=day)).date()] = shift_sums(
                source, place, sums[DAY_0.date()], place, day
            )
    manifest = ArchiveManifest(hours=hours, sums=sums)
    place.write(manifest)
    return manifest


def make_sums(source: Source, folder: Path, other: Path, days: int) -> ArchiveManifest:
    """An archive of so many days of which only sums are kept, like the first of another."""
    given, target = ArchivePlace(other), ArchivePlace(folder)
    manifest = given.read()
    sums = {
        (DAY_0 + timedelta(days=day)).date(): shift_sums(
            source, given, manifest.sums[DAY_0.date()], target, day
        )
        for day in range(days)
    }
    hours = {}
    for day in range(days):
        by = timedelta(days=day)
        for number in range(24):
            one = manifest.hours["calls", DAY_0 + timedelta(hours=number)]
            groups = tuple(Group(key, a + by, b + by, n) for key, a, b, n in one.groups)
            hours["calls", one.start + by] = replace(
                one, start=one.start + by, path=None, size_bytes=0, groups=groups
            )
    made = ArchiveManifest(hours=hours, sums=sums)
    target.write(made)
    return made


def bytes_by_ids(source: Source, folder: Path, calls_per_hour: int) -> dict[str, float]:
    """Bytes of a row in an hour's file, by the ids that it has."""
    _draw_hour(source, DAY_0, calls_per_hour)
    found = {}
    for name, ids in _IDS.items():
        columns = ", ".join(f"{value} AS {column}" for column, value in ids.items())
        drawn = f"SELECT * REPLACE ({columns}) FROM drawn" if columns else "SELECT * FROM drawn"
        path = folder / "sized.parquet"
        _copy(source, f"SELECT {written(CALL)}, process FROM ({drawn})", path)
        found[name] = round(path.stat().st_size / calls_per_hour, 2)
        path.unlink()
    return found


def shift_sums(
    source: Source, given: ArchivePlace, sums: DaySums, target: ArchivePlace, days: int
) -> DaySums:
    """The sums of a day, so many days later."""
    by = f"to_days({days})"
    moved = ", ".join(f"{name} + {by} AS {name}" for name in ("bucket_at", "first_at", "last_at"))
    day = (DAY_0 + timedelta(days=days)).date()
    paths = []
    for folder, path in (("minutes", sums.minutes), ("hours", sums.hours)):
        draft = target.draft()
        stored = parquet([given.file(path)])
        _copy(source, f"SELECT * REPLACE ({moved}) FROM {stored}", draft)
        paths.append(target.keep(draft, f"{folder}/date={day}"))
    return DaySums(*paths)


def _draw_hour(source: Source, start: datetime, calls: int) -> None:
    """Fills the table `drawn`: the arrivals as often as needed, each time from another moment on,
    and for each a real call by chance. Its sizes and times are changed by up to a tenth, because a
    few values many times would take fewer bytes than a log has."""
    source.connection.execute("SELECT setseed(0.5)")
    of_hour = f"{start:%m%d%H}"
    names = ", ".join(
        f"{_DRAWN.get(one.name, f'sample.{one.name}')} AS {one.name}" for one in CALL.fields
    )
    source.connection.execute(
        f"""
        CREATE OR REPLACE TABLE drawn AS
        WITH repeated AS (
            SELECT
                (offset_s + 3600 * copy * 0.6180339) % 3600 AS second,
                CAST(floor(random() * {source.calls}) AS BIGINT) AS number,
                0.9 + 0.2 * random() AS factor,
                '{of_hour}' || arrivals.number || '-' || copy AS seed
            FROM range(1 + {calls} // (SELECT count(*) FROM arrivals)) AS copies(copy), arrivals
            LIMIT {calls}
        )
        SELECT {names.format(start=moment(start))}, 'api-' || (second::INTEGER % 4) AS process
        FROM repeated JOIN sample USING (number)
        ORDER BY {ORDER["calls"]}
        """
    )


_DRAWN = {
    "request_id": "md5(seed)",
    "trace_id": "md5(seed || 't')",
    "caller_request_id": "md5(seed || 'c')",
    "chars": "CAST(factor * chars AS INTEGER)",
    "tokens": "CAST(factor * tokens AS INTEGER)",
    "total_ms": "factor * total_ms",
    "queue_ms": "factor * queue_ms * (0.98 + 0.02 * random())",
    "tokenize_ms": "factor * tokenize_ms * (0.98 + 0.02 * random())",
    "compute_ms": "factor * compute_ms * (0.98 + 0.02 * random())",
    "started_at": "{start} + to_microseconds(CAST(second * 1e6 AS BIGINT))",
}


def _shifted(place: ArchivePlace, first: ArchivedHour, days: int) -> str:
    assert first.path is not None  # the rows of the first day are kept
    return (
        f"SELECT * REPLACE (md5(request_id || {days}) AS request_id, "
        f"md5(trace_id || {days}) AS trace_id, started_at + to_days({days}) AS started_at) "
        f"FROM {parquet([place.file(first.path)])}"
    )


def _put_hour(
    source: Source, place: ArchivePlace, rows: str, start: datetime, first: ArchivedHour | None
) -> ArchivedHour:
    """An hour like the first one. A record has the ids of its call and of its trace."""
    draft = place.draft()
    _copy(source, f"SELECT * REPLACE (NULL::VARCHAR AS caller_request_id) FROM ({rows})", draft)
    size_bytes = draft.stat().st_size
    path = place.keep(draft, f"calls/date={start:%Y-%m-%d}/hour={start:%H}")
    if first is None:
        counted = source.connection.execute(
            "SELECT [backend, mode], count(*) FROM drawn GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        end = start + timedelta(minutes=59, seconds=59)
        groups = tuple(Group(tuple(key), start, end, number) for key, number in counted)
        calls = sum(number for _, number in counted)
    else:
        by = start - first.start
        groups = tuple(Group(key, a + by, b + by, n) for key, a, b, n in first.groups)
        calls = first.rows
    return ArchivedHour("calls", start, calls, size_bytes, path, groups)


def _copy(source: Source, rows: str, path: Path) -> Any:
    source.connection.execute(f"COPY ({rows}) TO {quoted(str(path))} {AS_PARQUET}")
