"""Writes scored rows as Parquet, CSV or JSON lines; the final name appears only when complete."""

import csv
import io
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

import pyarrow as pa

from core.batch.json_columns import (
    MIXED_NUMBERS,
    is_json,
    plain_column,
    plain_field,
    unquoted,
    whole_number,
)
from core.batch.part_files import new_part
from core.batch.plain_values import json_text, plain_values
from core.errors import InvalidInput

if TYPE_CHECKING:
    import pyarrow.parquet as pq

OUT_SUFFIXES = (".parquet", ".csv", ".jsonl")
_ROWS_PER_GROUP = 16_384
_BYTES_PER_GROUP = 32 * 1024 * 1024
_NUMBER = re.compile(r"[-+]?[0-9][0-9.,]*+(?:[eE][-+]?[0-9]++)?")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Sink(Protocol):
    """Takes chunks of one schema."""

    def write(self, columns: pa.RecordBatch) -> None: ...


def check_out(path: Path | None, out: Path) -> None:
    """Raises InvalidInput for a target that can't be written or is the input itself, the file
    `path`."""
    if out.suffix.lower() not in OUT_SUFFIXES:
        raise InvalidInput(f"{out.name}: results are written as {', '.join(OUT_SUFFIXES)}")
    try:
        problem = _problem_of(path, out)
    except OSError as error:
        problem = f"{out} can't be written: {error.strerror}"
    if problem is not None:
        raise InvalidInput(problem)


def _problem_of(path: Path | None, out: Path) -> str | None:
    out = _target(out)
    if out.is_symlink():
        return f"{out} is a link that leads to itself"
    if out.is_dir():
        return f"{out} is a folder"
    if not out.parent.is_dir():
        return f"there is no folder {out.parent}"
    if out.exists() and not out.is_file():
        return f"{out} is a pipe or a device, and results are written as a file"
    if path is not None and out.exists() and path.exists() and out.samefile(path):
        return f"{out} is the file to score; write the results elsewhere"
    return None


def _target(out: Path) -> Path:
    """Where a link leads, whether there is a file or not."""
    return Path(os.path.realpath(out)) if out.is_symlink() else out


@contextmanager
def open_sink(out: Path, schema: pa.Schema, *, is_raw: bool = False) -> Iterator[Sink]:
    """Writes a part file and renames it at the end, so that `out` is the old file, complete, or
    absent. Of a symbolic link, that is the file it leads to.

    CSV cells that a spreadsheet would run as a formula get an apostrophe, unless `is_raw`.
    """
    suffix = out.suffix.lower()
    _check_names(out, schema)
    try:
        target = _target(out)
        # Under the name of `out`, by which a part is known.
        with new_part(target.with_name(out.name)) as part:
            with _writer(part, suffix, schema, is_raw) as sink:
                yield sink
            with part.open("rb+") as written:
                os.fsync(written.fileno())
            part.replace(target)
    except (OSError, pa.ArrowException) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0]
        raise InvalidInput(f"{out} can't be written: {reason}") from None


def csv_pieces(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """The CSV that `open_sink` writes, header first, then a piece for each batch."""
    text = io.StringIO(newline="")
    sink = _CsvSink(text, schema, is_raw=False)
    for batch in chain([None], batches):
        if batch is not None:
            sink.write(batch)
        yield text.getvalue().encode("utf-8", "backslashreplace")
        text.seek(0)
        text.truncate()


def _check_names(out: Path, schema: pa.Schema) -> None:
    """Parquet allows two columns of one name; rows of JSON and CSV don't."""
    twice = [name for name, count in Counter(schema.names).items() if count > 1]
    if twice and out.suffix.lower() != ".parquet":
        raise InvalidInput(
            f"{out.name} can't hold two columns named `{twice[0]}`; rename one, or write .parquet"
        )


@contextmanager
def _writer(part: Path, suffix: str, schema: pa.Schema, is_raw: bool) -> Iterator[Sink]:
    if suffix == ".parquet":
        import pyarrow.parquet as pq

        schema = pa.schema(map(plain_field, schema), metadata=schema.metadata)
        with pq.ParquetWriter(part, schema, compression="zstd") as writer:
            sink = _ParquetSink(writer, schema)
            yield sink
            sink.flush()
        return
    # A lone surrogate in nested JSON is written as its JSON escape; no other text can contain one.
    with part.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        yield _CsvSink(file, schema, is_raw) if suffix == ".csv" else _JsonSink(file)


class _ParquetSink:
    def __init__(self, writer: "pq.ParquetWriter", schema: pa.Schema) -> None:
        self._writer = writer
        self._schema = schema
        self._kept: list[pa.RecordBatch] = []

    def write(self, columns: pa.RecordBatch) -> None:
        # Small row groups would make the file slow to read, so chunks are collected.
        plain = map(plain_column, columns.columns, columns.schema)
        self._kept.append(pa.RecordBatch.from_arrays(list(plain), schema=self._schema))
        is_large = sum(batch.nbytes for batch in self._kept) >= _BYTES_PER_GROUP
        if is_large or sum(batch.num_rows for batch in self._kept) >= _ROWS_PER_GROUP:
            self.flush()

    def flush(self) -> None:
        if self._kept:
            self._writer.write_table(pa.Table.from_batches(self._kept))
            self._kept = []


class _ShortLineEnds:
    """A file for csv.writer, which writes a whole row at a time."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, row: str) -> int:
        return self._file.write(row.removesuffix("\r\n") + "\n")


class _CsvSink:
    def __init__(self, file: TextIO, schema: pa.Schema, is_raw: bool) -> None:
        # The writer quotes a cell with a carriage return only if its line end has one.
        self._writer = csv.writer(_ShortLineEnds(file), lineterminator="\r\n")
        self._is_raw = is_raw
        self._write_row(schema.names)

    def write(self, columns: pa.RecordBatch) -> None:
        for row in _rows(columns, unquoted):
            self._write_row(row)

    def _write_row(self, cells: Iterable[object]) -> None:
        texts = map(_cell, cells)
        self._writer.writerow(texts if self._is_raw else map(_harmless, texts))


def _cell(value: object) -> object:
    return json_text(value) if isinstance(value, list | dict) else value


class _JsonSink:
    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, columns: pa.RecordBatch) -> None:
        names = columns.schema.names
        for row in _rows(columns, json.loads):
            self._file.write(json_text(dict(zip(names, row, strict=True))) + "\n")


def _rows(
    columns: pa.RecordBatch, of_json: Callable[[str], object]
) -> Iterator[tuple[object, ...]]:
    """The rows as plain values; `of_json` reads the cells of columns that hold JSON."""
    cells = [
        _values(column, field, of_json)
        for field, column in zip(columns.schema, columns.columns, strict=True)
    ]
    return zip(*cells, strict=True)


def _values(column: pa.Array, field: pa.Field, of_json: Callable[[str], object]) -> list[object]:
    if is_json(field):
        return [None if text is None else of_json(text) for text in column.to_pylist()]
    if field.metadata == MIXED_NUMBERS:
        return [whole_number(each) for each in column.to_pylist()]
    return plain_values(column)


def _harmless(value: object) -> object:
    """Puts an apostrophe before a text that a spreadsheet would run as a formula."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return value if _NUMBER.fullmatch(value) else f"'{value}"
    return value
