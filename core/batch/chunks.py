"""A file to score, as Arrow chunks with all of its columns and rows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa

from core.batch.json_columns import MIXED_NUMBERS, cell_of, schema_of, storable, storable_rows
from core.errors import InvalidInput
from core.sources.files.fields import UnreadableValue, kind_of
from core.sources.files.formats import FileFormat, file_format
from core.sources.files.parquet_batches import open_parquet
from core.sources.files.parquet_rows import readable_values
from core.sources.files.text_files import Row
from core.sources.files.text_rows import delimited_rows, json_line_rows, json_rows

CHUNK_BYTES = 4 * 1024 * 1024
"""Of a file's text: a chunk ends at the row that reaches it. Parsed it may take twenty times as
much."""
_SHOWN_COLUMNS = 20


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive rows. `texts` and `problems` have one entry for each row: a text may be any value
    in the file, a problem says why the row could not be read."""

    columns: pa.RecordBatch
    texts: list[object]
    problems: list[str | None]


@dataclass(frozen=True, slots=True)
class Table:
    """A file opened for scoring."""

    schema: pa.Schema
    chunks: Iterator[Chunk]


def open_table(
    path: Path, text_column: str, chunk_rows: int, more_columns: Sequence[str] = ()
) -> Table:
    """Chunks of at most so many rows. A JSON array without entries has the columns that are asked
    for, as a CSV would have in its header. Raises UnreadableFile, or InvalidInput if the text
    column does not exist."""
    match file_format(path):
        case FileFormat.PARQUET:
            return _parquet_table(path, text_column, chunk_rows)
        case FileFormat.CSV:
            return _delimited_table(path, text_column, chunk_rows, ",")
        case FileFormat.TSV:
            return _delimited_table(path, text_column, chunk_rows, "\t")
        case FileFormat.JSON:
            return _json_table(path, [text_column, *more_columns], chunk_rows, json_rows)
        case FileFormat.JSON_LINES:
            return _json_table(path, [text_column, *more_columns], chunk_rows, json_line_rows)


def open_tables(
    paths: Sequence[Path], text_column: str, chunk_rows: int, more_columns: Sequence[str] = ()
) -> Table:
    """One or more files as one table, in their order. Raises also InvalidInput if they have other
    columns than the first one."""
    first = open_table(paths[0], text_column, chunk_rows, more_columns)
    if len(paths) == 1:
        return first
    for path in paths[1:]:
        there = open_table(path, text_column, chunk_rows, more_columns).schema
        if not there.equals(first.schema):
            raise InvalidInput(
                f"{path.name} has other columns or types than {paths[0].name}; score it by itself"
            )
    chunks = (open_table(path, text_column, chunk_rows, more_columns).chunks for path in paths)
    return Table(first.schema, chain.from_iterable(chunks))


def check_column(place: str, column: str, names: Sequence[str]) -> None:
    """Raises InvalidInput unless exactly one column has that name; `place` is where they are."""
    if names.count(column) == 1:
        return
    there = ", ".join(f"`{name}`" for name in names[:_SHOWN_COLUMNS]) or "none"
    if len(names) > _SHOWN_COLUMNS:
        there += f" and {len(names) - _SHOWN_COLUMNS:,} more"
    how_many = "no column" if column not in names else "more than one column"
    raise InvalidInput(f"{place} has {how_many} `{column}`; its columns are {there}")


def _parquet_table(path: Path, text_column: str, chunk_rows: int) -> Table:
    # pyarrow and not DuckDB: it returns each column with its type in the file.
    table = open_parquet(path, chunk_rows)
    check_column(path.name, text_column, list(table.schema.names))

    def chunks() -> Iterator[Chunk]:
        for batch in table.batches:
            yield parquet_chunk(batch, text_column)

    return Table(_own_schema(table.schema), chunks())


def _own_schema(schema: pa.Schema) -> pa.Schema:
    return pa.schema(map(_own_field, schema), metadata=schema.metadata)


def _own_field(field: pa.Field) -> pa.Field:
    """Without what another program may say of its cells in our words: they are what they are."""
    holds = MIXED_NUMBERS.keys() & (field.metadata or {}).keys()
    if not holds or (field.metadata == MIXED_NUMBERS and pa.types.is_floating(field.type)):
        return field
    return field.with_metadata({k: v for k, v in field.metadata.items() if k not in holds} or None)


def parquet_chunk(batch: pa.RecordBatch, text_column: str) -> Chunk:
    """Rows as they are in a Parquet file."""
    own = pa.RecordBatch.from_arrays(batch.columns, schema=_own_schema(batch.schema))
    texts = readable_values(batch.column(text_column))
    return Chunk(own, texts, [None] * batch.num_rows)


def _delimited_table(path: Path, text_column: str, chunk_rows: int, delimiter: str) -> Table:
    header, rows = delimited_rows(path, delimiter)
    check_column(path.name, text_column, list(header))
    schema = pa.schema([(name, pa.string()) for name in header])
    at = header.index(text_column)

    def chunks() -> Iterator[Chunk]:
        while taken := _next_rows(rows, chunk_rows):
            cells = [_padded(row, len(header)) for row in taken]
            arrays = [
                pa.array([storable(row[i]) for row in cells], pa.string())
                for i in range(len(header))
            ]
            columns = pa.RecordBatch.from_arrays(arrays, schema=schema)
            yield Chunk(columns, [row[at] for row in cells], [row.problem for row in taken])

    return Table(schema, chunks())


def _next_rows(rows: Iterable[Row], most: int) -> list[Row]:
    taken: list[Row] = []
    size = 0
    for row in islice(rows, most):
        taken.append(row)
        size += row.size
        if size >= CHUNK_BYTES:
            break
    return taken


def _padded(row: Row, width: int) -> list[str | None]:
    cells = list(row.value) if isinstance(row.value, tuple) else []
    return [*cells, *[None] * width][:width]


def _json_table(
    path: Path, asked: Sequence[str], chunk_rows: int, read: Callable[[Path], Iterator[Row]]
) -> Table:
    schema, text_column = _json_schema(path, asked, read), asked[0]
    check_column(path.name, text_column, list(schema.names))

    def chunks() -> Iterator[Chunk]:
        # Each row is made cells before the next one is parsed, which takes many times their memory.
        rows = (_as_cells(row, schema, text_column) for row in storable_rows(read(path)))
        while taken := _next_rows(rows, chunk_rows):
            values = [row.value for row in taken if isinstance(row.value, _Cells)]
            arrays = [
                pa.array([row.cells[at] for row in values], field.type)
                for at, field in enumerate(schema)
            ]
            columns = pa.RecordBatch.from_arrays(arrays, schema=schema)
            yield Chunk(columns, [row.text for row in values], [row.problem for row in taken])

    return Table(schema, chunks())


def _json_schema(
    path: Path, asked: Sequence[str], read: Callable[[Path], Iterator[Row]]
) -> pa.Schema:
    count, problem = 0, ""

    def values() -> Iterator[object]:
        nonlocal count, problem
        for row in storable_rows(read(path)):
            count += 1
            problem = problem or (f"{row.where}: {row.problem}" if row.problem else "")
            yield row.value

    schema = schema_of(values())
    if not count:
        return pa.schema([(name, pa.string()) for name in dict.fromkeys(asked)])
    if problem and not schema.names:
        raise InvalidInput(f"{problem}; no row could be read")
    return schema


@dataclass(frozen=True, slots=True)
class _Cells:
    cells: list[object]
    text: object


def _as_cells(row: Row, schema: pa.Schema, text_column: str) -> Row:
    value, problem = row.value, row.problem
    if not isinstance(value, dict):
        value, problem = {}, problem or "the row is not an object"
    cells = [cell_of(value.get(field.name), field) for field in schema]
    text = value.get(text_column)
    if isinstance(text, list | dict):  # no text, and many times as large as its cell
        text = UnreadableValue(kind_of(text))
    return Row(row.where, _Cells(cells, text), problem, row.size)
