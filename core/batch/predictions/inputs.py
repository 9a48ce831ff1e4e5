"""The rows to score, from a table, a query or files."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from core.batch.chunks import Chunk, Table, check_column, open_tables
from core.batch.json_columns import MIXED_NUMBERS, is_json, number_text, unquoted
from core.batch.predictions.rows import ROW_AT_US, InputRows, id_column
from core.batch.score_file import DEFAULT_CHUNK_ROWS
from core.errors import InvalidInput
from core.sources.files.fields import time_field
from core.sources.files.parquet_rows import readable, readable_values
from core.sources.tables.base import Database, identifier
from core.sources.tables.selection import chosen, selected_schema

READ_ROWS = 16_384
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ID, _TEXT = "id", "text"


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of the columns to read; `time` only for runs over an interval."""

    id: str
    text: str
    time: str | None = None

    @property
    def names(self) -> list[str]:
        return [self.id, self.text, *([self.time] if self.time else [])]


@dataclass(frozen=True, slots=True)
class Input:
    """`name` says where the rows are from. `total` is their number if that is known before they are
    read."""

    name: str
    id_type: pa.DataType
    total: int | None
    batches: Iterator[InputRows]


def microseconds(moment: datetime) -> int:
    """Since 1970; `moment` has a time zone."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def database_input(
    database: Database,
    columns: Columns,
    *,
    table: str | None,
    query: str | None,
    interval_us: tuple[int, int] | None = None,
) -> Input:
    """The rows of a table or a query, of which an id may stand in one row only. Raises InvalidInput
    or StoreError."""
    place, every = chosen(database, table, query)
    schema = selected_schema(database, every, table)
    for name in columns.names:
        check_column(place, name, schema.names)
    parts = [f"{identifier(columns.id)} AS {_ID}"]
    parts.append(f"{identifier(columns.text)} AS {_TEXT}")
    where = ""
    if columns.time is not None and interval_us is not None:
        time_us = database.time_us(identifier(columns.time), schema.field(columns.time).type)
        parts.append(f"{time_us} AS {ROW_AT_US}")
        where = f" WHERE {time_us} >= {interval_us[0]} AND {time_us} < {interval_us[1]}"
    select = f"SELECT {', '.join(parts)} FROM ({every}) AS rows_to_score{where}"
    total = _checked_count(database, select, place, columns.id)
    id_type = id_column(pa.array([], schema.field(columns.id).type)).type
    return Input(place, id_type, total, _database_rows(database, select, id_type))


def database_table(
    database: Database, text_column: str, *, table: str | None, query: str | None
) -> tuple[str, Table]:
    """A name for the rows of a table or a query, and these rows with all of their columns."""
    place, every = chosen(database, table, query)
    schema = selected_schema(database, every, table)
    check_column(place, text_column, schema.names)

    def chunks() -> Iterator[Chunk]:
        for batch in database.stream(every, DEFAULT_CHUNK_ROWS):
            texts = readable_values(batch.column(text_column))
            yield Chunk(batch.cast(schema), texts, [None] * batch.num_rows)

    return place, Table(schema, chunks())


def _checked_count(database: Database, select: str, place: str, id_name: str) -> int:
    # DuckDB keeps all values of a count(DISTINCT ...) in memory, and groups on disk.
    groups = f"SELECT {_ID}, count(*) AS n FROM ({select}) AS r GROUP BY {_ID}"
    sums = ("n", f"CASE WHEN {_ID} IS NULL THEN 0 ELSE n END")
    total_sum, named_sum = (f"CAST(COALESCE(SUM({each}), 0) AS BIGINT)" for each in sums)
    counts = f"{total_sum} AS n, {named_sum} AS named, count({_ID}) AS ids"
    with database.transaction() as work:
        (found,) = work.fetch(f"SELECT {counts} FROM ({groups}) AS g").to_pylist()
    total, named, ids = (int(found[name]) for name in ("n", "named", "ids"))
    check_ids(place, id_name, total=total, named=named, ids=ids)
    return total


def check_ids(place: str, id_name: str, *, total: int, named: int, ids: int) -> None:
    """Raises InvalidInput unless each of the `total` rows has an id of its own: `named` have one,
    and there are `ids` different ones."""
    if named < total:
        raise InvalidInput(f"{place}: {total - named:,} rows have no `{id_name}`")
    if ids < named:
        raise InvalidInput(
            f"{place}: `{id_name}` is no id: {named:,} rows have {ids:,} different values of it"
        )


def _database_rows(database: Database, select: str, id_type: pa.DataType) -> Iterator[InputRows]:
    for batch in database.stream(select, READ_ROWS):
        times = batch.column(ROW_AT_US).to_pylist() if ROW_AT_US in batch.schema.names else None
        yield InputRows(
            # In the rows of an interval, SQLite's ids may be numbers only.
            id_column(batch.column(_ID)).cast(id_type),
            readable_values(batch.column(_TEXT)),
            [None] * batch.num_rows,
            times,
        )


def files_input(
    paths: Sequence[Path],
    columns: Columns,
    *,
    read_at: datetime,
    interval_us: tuple[int, int] | None = None,
) -> Input:
    """The rows of files of the same columns. Raises InvalidInput or UnreadableFile; a row whose
    time can't be read is in no interval."""
    table = open_tables(paths, columns.text, READ_ROWS, columns.names)
    name = paths[0].name if len(paths) == 1 else f"{len(paths)} files of {_folder_name(paths)}"
    for column in columns.names:
        check_column(name, column, table.schema.names)
    field = table.schema.field(columns.id)
    id_type = _file_ids(pa.array([], field.type), field).type
    batches = (file_rows(chunk, columns, read_at, interval_us) for chunk in table.chunks)
    return Input(name, id_type, None, (rows for rows in batches if rows.texts))


def _folder_name(paths: Sequence[Path]) -> str:
    """Of the folder that all of them lie in, however they were named."""
    folder = Path(os.path.commonpath([path.parent.resolve() for path in paths]))
    return folder.name or str(folder)


def file_rows(
    chunk: Chunk, columns: Columns, read_at: datetime, interval_us: tuple[int, int] | None
) -> InputRows:
    """The rows of the chunk, or those of them that are in the interval."""
    times = None
    if columns.time is not None and interval_us is not None:
        cells = chunk.columns.column(columns.time)
        times = [_time_us(readable(cell), columns.time, read_at) for cell in cells]
    ids = _file_ids(chunk.columns.column(columns.id), chunk.columns.schema.field(columns.id))
    rows = InputRows(ids, chunk.texts, chunk.problems, times)
    if times is None or interval_us is None:
        return rows
    start, end = interval_us
    return rows.taken([at for at, us in enumerate(times) if us is not None and start <= us < end])


def _file_ids(column: pa.Array, field: pa.Field) -> pa.Array:
    """Each as it is written, whatever others the file has: 7 beside 1.5 or a text is 7."""
    if is_json(field):
        return pa.array(map(unquoted, column.to_pylist()), pa.string())
    if field.metadata == MIXED_NUMBERS:
        return pa.array(map(number_text, column.to_pylist()), pa.string())
    return id_column(column)


def _time_us(value: object, name: str, read_at: datetime) -> int | None:
    if isinstance(value, datetime) and value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    try:
        moment = time_field({name: value}, name, read_at=read_at, first=0)
    except InvalidInput:
        return None
    return None if moment is None else microseconds(moment)
