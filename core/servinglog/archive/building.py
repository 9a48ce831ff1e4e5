"""Writes the files of an archive: the rows of an hour, and the sums of a day. Adapter: imports
duckdb."""

from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from core.servinglog.archive.manifest import ArchivedHour, DaySums, groups_of
from core.servinglog.archive.place import ArchivePlace
from core.servinglog.archive.rows import PROCESS, moment, parquet, quoted, rows_of, written
from core.servinglog.shared.ledger import ROOTS, Group
from core.servinglog.shared.objects import GROUPED
from core.servinglog.tables import TABLES, statement

AS_PARQUET = "(FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd)"
ORDER = {"calls": "backend, mode, started_at", "refusals": "refused_at"}
"""Equal values next to each other take the least bytes."""
_NEVER_CUT = "TIMESTAMP '9999-12-31 23:59:59.999999'"


class ArchiveBuilder:
    """Builds on the lines that are loaded in `connection`, a DuckDB that is a compaction's own."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, place: ArchivePlace) -> None:
        self._connection = connection
        self._place = place

    def hours(self, root: str) -> list[datetime]:
        """The hours of the loaded lines."""
        found = self._rows(f"SELECT DISTINCT date_trunc('hour', {ROOTS[root].time}) FROM {root}")
        return sorted(hour.replace(tzinfo=UTC) for (hour,) in found)

    def add_rows(self, root: str, start: datetime, known: ArchivedHour | None) -> ArchivedHour:
        """The hour with the loaded lines added. One whose rows were deleted by age only counts
        them."""
        if known is not None and known.path is None:
            groups = self._groups(root, f"({self._loaded(root, start)})")
            new = self._count(f"({self._loaded(root, start)})")
            together = _added(known.groups, groups)
            return ArchivedHour(root, start, known.rows + new, 0, None, together)
        rows = self._loaded(root, start)
        if known is not None and known.path is not None:
            rows = f"{rows} UNION ALL {self._stored(root, known.path)}"
        draft = self._place.draft()
        self._copy(f"{rows} ORDER BY {ORDER[root]}", draft)
        stored, size_bytes = parquet([str(draft)]), draft.stat().st_size
        groups, count = self._groups(root, stored), self._count(stored)
        path = self._place.keep(draft, f"{root}/date={start:%Y-%m-%d}/hour={start:%H}")
        return ArchivedHour(root, start, count, size_bytes, path, groups)

    def add_sums(
        self, day: date, known: DaySums | None, changed: Iterable[ArchivedHour]
    ) -> DaySums:
        """The day's sums, those of the changed hours made anew from their rows. Where these were
        deleted by age, the loaded lines are added."""
        sums = statement("sums").format(since="TIMESTAMP '1970-01-01'", until=_NEVER_CUT)
        self._connection.execute(f"CREATE OR REPLACE TABLE new_sums AS FROM ({sums}) LIMIT 0")
        anew = []
        for hour in changed:
            with closing(self._connection.cursor()) as cursor:
                rows = self._loaded("calls", hour.start)
                if hour.path is not None:
                    anew.append(moment(hour.start))
                    rows = rows_of(hour.form, TABLES[hour.form], self._files(hour.path))
                cursor.execute(f"CREATE TEMP VIEW calls AS {rows}")
                cursor.execute(f"INSERT INTO new_sums {sums}")
        if known is not None:
            self._connection.execute(
                f"INSERT INTO new_sums BY NAME SELECT * FROM {parquet(self._files(known.minutes))} "
                f"WHERE NOT list_contains([{', '.join(anew)}]::TIMESTAMP[], "
                "date_trunc('hour', bucket_at))"
            )
        minutes = self._put_sums("to_minutes(1)", f"minutes/date={day}")
        return DaySums(minutes, self._put_sums("to_hours(1)", f"hours/date={day}"))

    def _put_sums(self, step: str, folder: str) -> str:
        draft = self._place.draft()
        self._copy(statement("add_sums").format(step=step, of="new_sums"), draft)
        return self._place.keep(draft, folder)

    def _loaded(self, root: str, start: datetime) -> str:
        form = ROOTS[root]
        return (
            f"SELECT {written(form, root)}, {PROCESS} AS process "
            f"FROM memory.main.{root} AS {root} LEFT JOIN segments USING (segment_id) "
            f"WHERE date_trunc('hour', {form.time}) = {moment(start)}"
        )

    def _stored(self, root: str, path: str) -> str:
        form = ROOTS[root]
        rows = rows_of(form, TABLES[form], self._files(path))
        return f"SELECT {written(form)}, process FROM ({rows})"

    def _groups(self, root: str, rows: str) -> tuple[Group, ...]:
        key, count = GROUPED[root]
        time = ROOTS[root].time
        return groups_of(
            self._rows(
                f"SELECT [{key}], min({time}), max({time}), CAST({count} AS BIGINT) FROM {rows} "
                "GROUP BY ALL ORDER BY 1"
            )
        )

    def _count(self, rows: str) -> int:
        ((found,),) = self._rows(f"SELECT count(*) FROM {rows}")
        return int(found)

    def _copy(self, rows: str, draft: Path) -> None:
        self._connection.execute(f"COPY ({rows}) TO {quoted(str(draft))} {AS_PARQUET}")

    def _files(self, path: str) -> list[str]:
        return [self._place.file(path)]

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql).fetchall()


def _added(known: Iterable[Group], new: Iterable[Group]) -> tuple[Group, ...]:
    """The counts of both, by key."""
    found: dict[tuple[str, ...], Group] = {}
    for one in (*known, *new):
        other = found.get(one.key, one._replace(number=0))
        found[one.key] = Group(
            one.key,
            min(one.first_at, other.first_at),
            max(one.last_at, other.last_at),
            one.number + other.number,
        )
    return tuple(found.values())
