"""An archive in the tables and views of a serving log. Adapter: imports duckdb."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

import duckdb

from core.servinglog.archive.plan import SumPlan
from core.servinglog.archive.reader import ArchiveReader
from core.servinglog.archive.rows import STORED_MS, RowFiles, moment, parquet, rows_in, rows_of
from core.servinglog.lines import Kind, LineFormat
from core.servinglog.tables import TABLES, statement, write_groups
from core.servinglog.windows import Window

VIEWS = {form: table.replace("_lines", "s") for form, table in TABLES.items()}


def write_archived_groups(cursor: duckdb.DuckDBPyConnection, archive: ArchiveReader) -> None:
    """Replaces the counts of all archived hours."""
    hours = archive.manifest.hours.values()
    groups = ((one.root, one.start, group) for one in hours for group in one.groups)
    write_groups(cursor, "archived_groups", groups)


def mark_archived(
    cursor: duckdb.DuckDBPyConnection, archive: ArchiveReader, segment_ids: Sequence[int] | None
) -> None:
    """Marks the lines of these files, or of all, whose rows the archive has."""
    for form, table in TABLES.items():
        hours = _hours(cursor, form, table, segment_ids)
        wanted = [one for one in archive.manifest.hours.values() if one.form is form]
        files = archive.names(one.path for one in wanted if one.start in hours)
        if not files:
            continue
        scope = "true" if segment_ids is None else f"one.segment_id IN ({_listed(segment_ids)})"
        cursor.execute(
            statement("mark_archived").format(
                table=table,
                archived=rows_of(form, table, files),
                identity=f"other.{form.fields[0].name}, other.{form.time}",
                same=" AND ".join(_same(one.name, one.kind) for one in form.fields),
                scope=scope,
            )
        )


def show_rows(cursor: duckdb.DuckDBPyConnection, wanted: Sequence[RowFiles]) -> None:
    """For this cursor alone, adds the archived rows to the views of calls and refusals."""
    for form, view in VIEWS.items():
        rows = rows_in(form, TABLES[form], wanted)
        if rows is None:
            continue
        names = "process, " + ", ".join(one.name for one in form.fields)
        cursor.execute(
            f"CREATE TEMP VIEW {view} AS SELECT segment_id, {names} FROM memory.main.{view} "
            f"UNION ALL SELECT 0 AS segment_id, {names} FROM ({rows})"
        )


def show_sums(
    cursor: duckdb.DuckDBPyConnection, archive: ArchiveReader, window: Window, plan: SumPlan
) -> None:
    """For this cursor alone, the view `sums`: those of the archive, and of the rows in the view of
    calls."""
    parts = [statement("sums").format(since=moment(window.since), until=moment(window.until))]
    for files, windows in (
        (archive.hour_files(plan.hours), (plan.hours,)),
        (archive.minute_files(plan.minutes), plan.minutes),
    ):
        if files:
            within = " OR ".join(
                f"(bucket_at >= {moment(one.since)} AND bucket_at < {moment(one.until)})"
                for one in windows
            )
            parts.append(f"SELECT * FROM {parquet(files)} WHERE {within}")
    together = " UNION ALL BY NAME ".join(f"({one})" for one in parts)
    cursor.execute(f"CREATE TEMP VIEW sums AS {together}")


def _hours(
    cursor: duckdb.DuckDBPyConnection,
    form: LineFormat,
    table: str,
    segment_ids: Sequence[int] | None,
) -> set[Any]:
    scope = "true" if segment_ids is None else f"segment_id IN ({_listed(segment_ids)})"
    found = cursor.execute(
        f"SELECT DISTINCT date_trunc('hour', {form.time}) FROM {table} WHERE {scope}"
    ).fetchall()
    return {hour.replace(tzinfo=UTC) for (hour,) in found}


def _listed(segment_ids: Sequence[int]) -> str:
    return ", ".join(map(str, segment_ids)) or "NULL"


def _same(name: str, kind: Kind) -> str:
    cast = f"CAST({{}}.{name} AS {STORED_MS})" if kind is Kind.MS else f"{{}}.{name}"
    return f"{cast.format('one')} IS NOT DISTINCT FROM {cast.format('other')}"
