"""A file to score, as Arrow chunks with all of its columns and rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa

from core.batch.json_columns import array_of, schema_of, storable, storable_rows
from core.errors import InvalidInput
from core.sources.files.formats import FileFormat, file_format
from core.sources.files.parquet_batches import open_parquet
from core.sources.files.parquet_rows import readable
from core.sources.files.text_files import Row
from core.sources.files.text_rows import delimited_rows, json_line_rows, json_rows

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


def open_table(path: Path, text_column: str, chunk_rows: int) -> Table:
    """Raises UnreadableFile, or InvalidInput if the column does not exist."""
    match file_format(path):
        case FileFormat.PARQUET:
            return _parquet_table(path, text_column, chunk_rows)
        case FileFormat.CSV:
            return _delimited_table(path, text_column, chunk_rows, ",")
        case FileFormat.TSV:
            return _delimited_table(path, text_column, chunk_rows, "\t")
        case FileFormat.JSON:
            return _json_table(path, text_column, chunk_rows, json_rows)
        case FileFormat.JSON_LINES:
            return _json_table(path, text_column, chunk_rows, json_line_rows)


def open_tables(paths: Sequence[Path], text_column: str, chunk_rows: int) -> Table:
    """One or more files as one table, in their order. Raises also InvalidInput if they have other
    columns than the first one."""
    first = open_table(paths[0], text_column, chunk_rows)
    if len(paths) == 1:
        return first
    for path in paths[1:]:
        there = open_table(path, text_column, chunk_rows).schema
        if not there.equals(first.schema):
            raise InvalidInput(
                f"{path.name} has other columns or types than {paths[0].name}; score it by itself"
            )
    chunks = (open_table(path, text_column, chunk_rows).chunks for path in paths)
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

    return Table(table.schema, chunks())


def parquet_chunk(batch: pa.RecordBatch, text_column: str) -> Chunk:
    """Rows as they are in a Parquet file."""
    texts = [readable(cell) for cell in batch.column(text_column)]
    return Chunk(batch, texts, [None] * batch.num_rows)


def _delimited_table(path: Path, text_column: str, chunk_rows: int, delimiter: str) -> Table:
    header, rows = delimited_rows(path, delimiter)
    check_column(path.name, text_column, list(header))
    schema = pa.schema([(name, pa.string()) for name in header])
    at = header.index(text_column)

    def chunks() -> Iterator[Chunk]:
        while taken := list(islice(rows, chunk_rows)):
            cells = [_padded(row, len(header)) for row in taken]
            arrays = [
                pa.array([storable(row[i]) for row in cells], pa.string())
                for i in range(len(header))
            ]
            columns = pa.RecordBatch.from_arrays(arrays, schema=schema)
            yield Chunk(columns, [row[at] for row in cells], [row.problem for row in taken])

    return Table(schema, chunks())


def _padded(row: Row, width: int) -> list[str | None]:
    cells = list(row.value) if isinstance(row.value, tuple) else []
    return [*cells, *[None] * width][:width]


def _json_table(
    path: Path, text_column: str, chunk_rows: int, read: Callable[[Path], Iterator[Row]]
) -> Table:
    problems: list[Row] = []

    def values() -> Iterator[object]:
        for row in storable_rows(read(path)):
            if row.problem is not None and not problems:
                problems.append(row)
            yield row.value

    schema = schema_of(values())
    if problems and not schema.names:
        raise InvalidInput(f"{problems[0].where}: {problems[0].problem}; no row could be read")
    check_column(path.name, text_column, list(schema.names))

    def chunks() -> Iterator[Chunk]:
        rows = storable_rows(read(path))
        while taken := list(islice(rows, chunk_rows)):
            values = [row.value if isinstance(row.value, dict) else {} for row in taken]
            arrays = [array_of([row.get(field.name) for row in values], field) for field in schema]
            columns = pa.RecordBatch.from_arrays(arrays, schema=schema)
            texts = [row.get(text_column) for row in values]
            yield Chunk(columns, texts, [_problem(row) for row in taken])

    return Table(schema, chunks())


def _problem(row: Row) -> str | None:
    if row.problem is None and not isinstance(row.value, dict):
        return "the row is not an object"
    return row.problem
