"""Writes scored rows as Parquet, CSV or JSON lines; the final name appears only when complete."""

import csv
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

import pyarrow as pa

from core.batch.json_columns import JSON_TEXT
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


def check_out(path: Path, out: Path) -> None:
    """Raises InvalidInput for a target that can't be written or is the input itself."""
    if out.suffix.lower() not in OUT_SUFFIXES:
        raise InvalidInput(f"{out.name}: results are written as {', '.join(OUT_SUFFIXES)}")
    if out.is_dir():
        raise InvalidInput(f"{out} is a folder")
    if not out.parent.is_dir():
        raise InvalidInput(f"there is no folder {out.parent}")
    if out.exists() and path.exists() and out.samefile(path):
        raise InvalidInput(f"{out} is the file to score; write the results elsewhere")


@contextmanager
def open_sink(out: Path, schema: pa.Schema, *, is_raw: bool = False) -> Iterator[Sink]:
    """Writes a part file and renames it at the end, so that `out` is the old file, complete, or
    absent.

    CSV cells that a spreadsheet would run as a formula get an apostrophe, unless `is_raw`.
    """
    suffix = out.suffix.lower()
    _check_names(out, schema)
    try:
        with new_part(out) as part:
            with _writer(part, suffix, schema, is_raw) as sink:
                yield sink
            with part.open("rb+") as written:
                os.fsync(written.fileno())
            part.replace(out)
    except (OSError, pa.ArrowException) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0]
        raise InvalidInput(f"{out} can't be written: {reason}") from None


def _check_names(out: Path, schema: pa.Schema) -> None:
    """Parquet allows two columns of one name; rows of JSON and CSV don't."""
    twice = [name for name in dict.fromkeys(schema.names) if schema.names.count(name) > 1]
    if twice and out.suffix.lower() != ".parquet":
        raise InvalidInput(
            f"{out.name} can't hold two columns named `{twice[0]}`; rename one, or write .parquet"
        )


@contextmanager
def _writer(part: Path, suffix: str, schema: pa.Schema, is_raw: bool) -> Iterator[Sink]:
    if suffix == ".parquet":
        import pyarrow.parquet as pq

        with pq.ParquetWriter(part, schema, compression="zstd") as writer:
            sink = _ParquetSink(writer)
            yield sink
            sink.flush()
        return
    # A lone surrogate in nested JSON is written as its JSON escape; no other text can contain one.
    with part.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        yield _CsvSink(file, schema, is_raw) if suffix == ".csv" else _JsonSink(file)


class _ParquetSink:
    def __init__(self, writer: "pq.ParquetWriter") -> None:
        self._writer = writer
        self._kept: list[pa.RecordBatch] = []

    def write(self, columns: pa.RecordBatch) -> None:
        # Small row groups would make the file slow to read, so chunks are collected.
        self._kept.append(columns)
        is_large = sum(batch.nbytes for batch in self._kept) >= _BYTES_PER_GROUP
        if is_large or sum(batch.num_rows for batch in self._kept) >= _ROWS_PER_GROUP:
            self.flush()

    def flush(self) -> None:
        if self._kept:
            self._writer.write_table(pa.Table.from_batches(self._kept))
            self._kept = []


class _CsvSink:
    def __init__(self, file: TextIO, schema: pa.Schema, is_raw: bool) -> None:
        self._writer = csv.writer(file, lineterminator="\n")
        self._is_raw = is_raw
        self._write_row(schema.names)

    def write(self, columns: pa.RecordBatch) -> None:
        cells = [
            list(map(_unquoted, column.to_pylist()))
            if field.metadata == JSON_TEXT
            else plain_values(column)
            for field, column in zip(columns.schema, columns.columns, strict=True)
        ]
        for row in zip(*cells, strict=True):
            self._write_row(row)

    def _write_row(self, cells: Iterable[object]) -> None:
        texts = map(_cell, cells)
        self._writer.writerow(texts if self._is_raw else map(_harmless, texts))


def _unquoted(cell: str | None) -> object:
    """In a column of mixed types, a text is written without JSON quotes; other values stay JSON."""
    return json.loads(cell) if cell is not None and cell.startswith('"') else cell


def _cell(value: object) -> object:
    return json_text(value) if isinstance(value, list | dict) else value


class _JsonSink:
    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, columns: pa.RecordBatch) -> None:
        names = columns.schema.names
        cells = [
            [None if text is None else json.loads(text) for text in column.to_pylist()]
            if field.metadata == JSON_TEXT
            else plain_values(column)
            for field, column in zip(columns.schema, columns.columns, strict=True)
        ]
        for row in zip(*cells, strict=True):
            self._file.write(json_text(dict(zip(names, row, strict=True))) + "\n")


def _harmless(value: object) -> object:
    """Puts an apostrophe before a text that a spreadsheet would run as a formula."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return value if _NUMBER.fullmatch(value) else f"'{value}"
    return value
