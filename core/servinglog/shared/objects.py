"""A segment as Parquet objects, one for each kind of row and hour, and back. Adapter: imports
duckdb."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from pyarrow import parquet

from core.errors import StoreError
from core.servinglog import tables
from core.servinglog.lines import Kind, LineFormat
from core.servinglog.segment_files import SegmentReader
from core.servinglog.shared.ledger import ROOTS, Group, StoredObject

_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.COUNT: pa.int32(),
    Kind.MS: pa.float64(),
    Kind.TIME: pa.timestamp("us"),
}
GROUPED = {"calls": ("backend, mode", "count(*)"), "refusals": ("reason", "sum(refused_count)")}


class DamagedObject(ValueError):
    """The content of an object is not what its name says, or not Parquet of the log."""


@dataclass(frozen=True, slots=True)
class EncodedObject:
    """An object that is to be stored."""

    described: StoredObject
    content: bytes


class SegmentRows:
    """The distinct rows of a segment, in a DuckDB of their own: as many as one segment has."""

    def __init__(self, path: Path) -> None:
        """Raises StoreError if the file can't be read."""
        self._connection = duckdb.connect(":memory:")
        tables.create(self._connection)
        reader = SegmentReader(path, path.name, 1)
        tables.load(self._connection, [reader])
        tables.mark_copies(self._connection, None)
        if reader.report.failure is not None:
            raise StoreError(f"{path.name}: {reader.report.failure}")
        self.unreadable = reader.report.unreadable_count

    def close(self) -> None:
        """Free the memory."""
        self._connection.close()

    def objects(self) -> Iterator[EncodedObject]:
        """The rows by kind and hour, in the order of the file: the same file gives the same
        bytes."""
        for root, form in ROOTS.items():
            hour_of = f"date_trunc('hour', {form.time})"
            names = ", ".join(one.name for one in form.fields)
            hours = self._rows(f"SELECT DISTINCT {hour_of} FROM {root} ORDER BY 1")
            for (hour,) in hours:
                of_hour = f"FROM {root} WHERE {hour_of} = TIMESTAMP '{hour}'"
                rows = self._connection.sql(f"SELECT {names} {of_hour} ORDER BY line_number")
                groups = self._groups(root, form, of_hour)
                yield _encode(root, form, hour, rows.to_arrow_table(), groups)

    def _groups(self, root: str, form: LineFormat, of_hour: str) -> tuple[Group, ...]:
        key, count = GROUPED[root]
        found = self._rows(
            f"SELECT [{key}], min({form.time}), max({form.time}), CAST({count} AS BIGINT) "
            f"{of_hour} GROUP BY ALL ORDER BY 1"
        )
        return tuple(
            Group(tuple(names), first.replace(tzinfo=UTC), last.replace(tzinfo=UTC), number)
            for names, first, last, number in found
        )

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql).fetchall()


def _encode(
    root: str, form: LineFormat, hour: datetime, rows: pa.Table, groups: tuple[Group, ...]
) -> EncodedObject:
    written = io.BytesIO()
    parquet.write_table(rows.cast(schema_of(form)), written, compression="zstd")
    content = written.getvalue()
    name = f"{hashlib.sha256(content).hexdigest()}.parquet"
    path = f"{root}/date={hour:%Y-%m-%d}/hour={hour:%H}/{name}"
    return EncodedObject(StoredObject(path, rows.num_rows, groups), content)


def decode(described: StoredObject, content: bytes) -> pa.Table:
    """The rows, with a column for each field; one that the object lacks, because an earlier version
    wrote it, has the field's default. Raises DamagedObject."""
    if hashlib.sha256(content).hexdigest() != described.sha256:
        raise DamagedObject("its content is cut off or changed")
    try:
        rows = parquet.read_table(pa.BufferReader(content))
        columns = [
            rows[one.name]
            if one.name in rows.column_names
            else pa.array([one.default] * rows.num_rows, _TYPES[one.kind])
            for one in described.form.fields
        ]
        names = [one.name for one in described.form.fields]
        return pa.table(columns, names=names).cast(schema_of(described.form))
    except pa.ArrowException as error:
        raise DamagedObject("its rows are not those of the log") from error


def schema_of(form: LineFormat) -> pa.Schema:
    """The columns of an object, times in UTC."""
    return pa.schema({one.name: _TYPES[one.kind] for one in form.fields})
