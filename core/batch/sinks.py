"""Where scored rows go: Parquet, CSV or JSON lines, under the final name only when complete."""

import csv
import json
import math
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

import pyarrow as pa

from core.batch.json_columns import JSON_TEXT
from core.errors import InvalidInput
from core.identifiers import new_id

if TYPE_CHECKING:
    import pyarrow.parquet as pq

OUT_SUFFIXES = (".parquet", ".csv", ".jsonl")
_ROWS_PER_GROUP = 16_384
_NUMBER = re.compile(r"[-+]?[0-9][0-9.,]*+(?:[eE][-+]?[0-9]++)?")


class Sink(Protocol):
    """Takes chunks of one schema."""

    def write(self, columns: pa.RecordBatch) -> None: ...


def check_out(path: Path, out: Path) -> None:
    """Refuse a target that can't be written or that is the input itself."""
    if out.suffix.lower() not in OUT_SUFFIXES:
        raise InvalidInput(f"{out.name}: results are written as {', '.join(OUT_SUFFIXES)}")
    if out.is_dir():
        raise InvalidInput(f"{out} is a folder")
    if not out.parent.is_dir():
        raise InvalidInput(f"there is no folder {out.parent}")
    if out.exists() and path.exists() and out.samefile(path):
        raise InvalidInput(f"{out} is the file to score; write the results elsewhere")


@contextmanager
def open_sink(out: Path, schema: pa.Schema) -> Iterator[Sink]:
    """Writes beside `out` and renames at the end, so that `out` is old, complete or not there."""
    part = out.with_name(f".{out.name}.{new_id()}.part")
    try:
        with _writer(part, out.suffix.lower(), schema) as sink:
            yield sink
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(out)
    except (OSError, pa.ArrowException) as error:
        reason = error.strerror if isinstance(error, OSError) else type(error).__name__
        raise InvalidInput(f"{out} can't be written: {reason}") from None
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _writer(part: Path, suffix: str, schema: pa.Schema) -> Iterator[Sink]:
    if suffix == ".parquet":
        import pyarrow.parquet as pq

        with pq.ParquetWriter(part, schema, compression="zstd") as writer:
            sink = _ParquetSink(writer)
            yield sink
            sink.flush()
        return
    # Of a lone surrogate in nested JSON this makes its JSON escape; no other text can hold one.
    with part.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        yield _CsvSink(file, schema) if suffix == ".csv" else _JsonSink(file)


class _ParquetSink:
    def __init__(self, writer: "pq.ParquetWriter") -> None:
        self._writer = writer
        self._kept: list[pa.RecordBatch] = []

    def write(self, columns: pa.RecordBatch) -> None:
        # A row group for each small chunk would make the file slow to read.
        self._kept.append(columns)
        if sum(batch.num_rows for batch in self._kept) >= _ROWS_PER_GROUP:
            self.flush()

    def flush(self) -> None:
        if self._kept:
            self._writer.write_table(pa.Table.from_batches(self._kept))
            self._kept = []


class _CsvSink:
    def __init__(self, file: TextIO, schema: pa.Schema) -> None:
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow([_harmless(name) for name in schema.names])

    def write(self, columns: pa.RecordBatch) -> None:
        for row in zip(*(column.to_pylist() for column in columns), strict=True):
            self._writer.writerow([_harmless(value) for value in row])


class _JsonSink:
    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, columns: pa.RecordBatch) -> None:
        holds_json = [field.name for field in columns.schema if field.metadata == JSON_TEXT]
        for row in columns.to_pylist():
            for name in holds_json:
                row[name] = None if row[name] is None else json.loads(row[name])
            plain = {name: _json_value(value) for name, value in row.items()}
            self._file.write(json.dumps(plain, ensure_ascii=False, default=str) + "\n")


def _json_value(value: object) -> object:
    # NaN is no JSON.
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _harmless(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return value if _NUMBER.fullmatch(value) else f"'{value}"
    return value
