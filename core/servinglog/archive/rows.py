"""SQL over rows of the archive: how they are written, and how files of any version are read."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from core.servinglog.lines import Kind, LineFormat
from core.servinglog.windows import Span

STORED_MS = "DECIMAL(11, 3)"
"""Durations are kept to a microsecond, which takes a third of the bytes of what a clock gives."""
PROCESS = r"regexp_replace(segments.name, '-[0-9]+-[0-9]+[.][a-z]+$', '')"
"""The worker name and number of the process that wrote a segment, `api-4242`."""


_GLOB = re.compile(r"[*?[]")
"""Characters of a file name that DuckDB would take for a pattern."""


class RowFiles(NamedTuple):
    """Files of one kind, by their names on disk, and which of their rows are meant."""

    span: Span
    files: Sequence[str]


def written(form: LineFormat, of: str = "") -> str:
    """The columns as they are stored."""
    prefix = f"{of}." if of else ""
    return ", ".join(
        f"CAST({prefix}{one.name} AS {STORED_MS}) AS {one.name}"
        if one.kind is Kind.MS
        else f"{prefix}{one.name}"
        for one in form.fields
    )


def rows_of(form: LineFormat, table: str, files: Sequence[str]) -> str:
    """A SELECT of all rows of these files and their process. A field that a file lacks, because an
    earlier version wrote it, has its default. The types are those of the table, of which no row is
    read."""
    columns = ", ".join(_read(one.name, one.kind, one.default) for one in form.fields)
    names = ", ".join(one.name for one in form.fields)
    return (
        f"SELECT {columns}, process FROM ("
        f"SELECT {names}, CAST(NULL AS VARCHAR) AS process FROM {table} WHERE false "
        f"UNION ALL BY NAME SELECT * FROM {parquet(files)})"
    )


def rows_in(form: LineFormat, table: str, wanted: Iterable[RowFiles]) -> str | None:
    """A SELECT of the rows in these spans; None without a file."""
    parts = [
        f"SELECT * FROM ({rows_of(form, table, one.files)}) "
        f"WHERE {form.time} >= {moment(one.span.since)} AND {form.time} < {moment(one.span.until)}"
        for one in wanted
        if one.span.form is form and one.files
    ]
    return " UNION ALL ".join(parts) or None


def parquet(files: Sequence[str]) -> str:
    """The table function over these files, whose columns may differ by version."""
    names = ", ".join(quoted(_GLOB.sub(r"[\g<0>]", one)) for one in files)
    return f"read_parquet([{names}], union_by_name = true, hive_partitioning = false)"


def quoted(text: str) -> str:
    """An SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def moment(time: datetime) -> str:
    """An SQL literal of a time in UTC."""
    return f"TIMESTAMP '{time.astimezone(UTC).replace(tzinfo=None).isoformat(sep=' ')}'"


def _read(name: str, kind: Kind, default: object) -> str:
    if kind is Kind.MS:
        return f"CAST({name} AS DOUBLE) AS {name}"
    return name if default is None else f"coalesce({name}, {default}) AS {name}"
