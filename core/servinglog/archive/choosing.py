"""Which hours of an archive a question about single calls reads, when its window has too many."""

from collections import Counter
from collections.abc import Callable, Collection
from datetime import UTC, datetime

import duckdb

from core.servinglog.archive.reader import ArchiveReader
from core.servinglog.archive.rows import moment, parquet
from core.servinglog.windows import Span, Window

Choose = Callable[[duckdb.DuckDBPyConnection, ArchiveReader, Span], Collection[datetime]]
"""From the hours in a span, the starts of those that are read."""


def newest_hours(calls: int) -> Choose:
    """For each series the last hours that together have so many calls of it."""

    def choose(
        _cursor: duckdb.DuckDBPyConnection, archive: ArchiveReader, span: Span
    ) -> set[datetime]:
        chosen: set[datetime] = set()
        found: Counter[tuple[str, ...]] = Counter()
        hours = (one for one in archive.hours_in(span) if one.path is not None)
        for hour in sorted(hours, key=lambda one: one.start, reverse=True):
            lacking = [one for one in hour.groups if found[one.key] < calls]
            if lacking:
                chosen.add(hour.start)
            found.update({one.key: one.number for one in hour.groups})
        return chosen

    return choose


def slowest_hours(most_rows: int) -> Choose:
    """The hours with the slowest calls, in that order, as many as have so many rows together; at
    least one."""

    def choose(
        cursor: duckdb.DuckDBPyConnection, archive: ArchiveReader, span: Span
    ) -> set[datetime]:
        kept = {one.start: one.rows for one in archive.hours_in(span) if one.path is not None}
        files = archive.hour_files(Window(span.since, span.until))
        if not kept or not files:
            return set()
        by_time = cursor.execute(
            f"SELECT bucket_at FROM {parquet(files)} WHERE bucket_at >= {moment(min(kept))} "
            "GROUP BY bucket_at ORDER BY max(slowest_ms) DESC, bucket_at DESC"
        ).fetchall()
        chosen: set[datetime] = set()
        rows = 0
        for start in (one.replace(tzinfo=UTC) for (one,) in by_time):
            rows += kept.get(start, 0)
            if chosen and rows > most_rows:
                break
            if start in kept:
                chosen.add(start)
        return chosen

    return choose
