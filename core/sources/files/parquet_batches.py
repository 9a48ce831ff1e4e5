"""Reads a Parquet file as Arrow batches with limited memory, even if it unpacks to a huge size."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import UnreadableFile
from core.sources.files.parquet_pages import column_pages

if TYPE_CHECKING:
    import pyarrow as pa

MEGABYTE = 1024 * 1024
# A page of 1,024 comments of maximum length has 51 MB; 1,024 rows is how writers divide pages.
MAX_PAGE_BYTES = 64 * MEGABYTE
MAX_BATCH_BYTES = 16 * MEGABYTE
# A list column may unpack to more values than this only if the file has enough bytes for them.
MAX_FREE_VALUES = 16_000_000
_FREE_VALUES_A_BYTE = 12
_BUFFER_BYTES = 64 * 1024
_DICTIONARY_ENCODINGS = frozenset(
    ("PLAIN", "PLAIN_DICTIONARY", "RLE", "RLE_DICTIONARY", "BIT_PACKED")
)
_DELTA_ROWS = 4  # values stored as differences to the one before can unpack to any size


@dataclass(frozen=True, slots=True)
class ParquetTable:
    """The columns as declared in the file, and its rows; reading them raises UnreadableFile."""

    schema: "pa.Schema"
    batches: "Iterator[pa.RecordBatch]"


def open_parquet(path: Path, rows: int, columns: Collection[str] | None = None) -> ParquetTable:
    """The file, read in batches of at most `rows`, with all of its columns or only some.

    Raises UnreadableFile when it isn't Parquet or can't be read with limited memory.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            declared, metadata = file.schema_arrow, file.metadata
        chosen = [field for field in declared if columns is None or field.name in columns]
        schema = pa.schema(chosen, metadata=declared.metadata)
        rows_together = _rows_together(path, metadata, {field.name for field in chosen}, rows)
        encodings = _encodings(metadata)
        repeated = [each.name for each in chosen if _is_repeated(each, encodings)]
    except (pa.ArrowException, OSError, ValueError):
        raise UnreadableFile(
            f"{path.name} can't be read as Parquet: it is damaged, cut short or not Parquet"
        ) from None
    return ParquetTable(schema, _batches(path, schema, repeated, rows_together, rows))


def column_names(path: Path) -> tuple[str, ...]:
    """In the file's order. Raises UnreadableFile."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            return tuple(file.schema_arrow.names)
    except (pa.ArrowException, OSError):
        raise UnreadableFile(
            f"{path.name} can't be read as Parquet: it is damaged, cut short or not Parquet"
        ) from None


def _rows_together(path: Path, metadata: Any, chosen: Collection[str], rows: int) -> list[int]:
    """For each row group, how many rows fit into memory. Rows of one page count the same, because a
    page is unpacked as a whole."""
    counts = []
    with path.open("rb") as file:
        for number in range(metadata.num_row_groups):
            group = metadata.row_group(number)
            row_bytes, most = 1.0, rows
            for index in range(group.num_columns):
                column = group.column(index)
                name = column.path_in_schema
                if name not in chosen and name.split(".")[0] not in chosen:
                    continue
                row_bytes += _row_bytes(path, file, column, group.num_rows)
                if "DELTA_BYTE_ARRAY" in column.encodings:
                    most = min(most, _DELTA_ROWS)
            counts.append(max(1, min(most, int(MAX_BATCH_BYTES / row_bytes))))
    return counts


def _row_bytes(path: Path, file: Any, column: Any, rows: int) -> float:
    """An upper bound for the bytes of one row of this column, from the page with the largest
    average."""
    value_bytes, name = 8.0, column.path_in_schema
    for page in column_pages(file, column):
        if page.unpacked_bytes > MAX_PAGE_BYTES:
            raise UnreadableFile(
                f"{path.name}: a page of `{name}` unpacks to "
                f"{page.unpacked_bytes // MEGABYTE:,} MB, and {MAX_PAGE_BYTES // MEGABYTE} MB are "
                "the most; write the file again with smaller row groups or pages"
            )
        value_bytes = max(value_bytes, page.unpacked_bytes / page.values)
    allowed = max(MAX_FREE_VALUES, column.total_compressed_size * _FREE_VALUES_A_BYTE)
    if column.num_values > rows and column.num_values * value_bytes / 8 > allowed:
        raise UnreadableFile(
            f"{path.name}: the lists in `{name}` unpack to far more than the file holds; write it "
            "again without that column"
        )
    values_a_row = max(1.0, column.num_values / max(1, rows))
    return float(value_bytes * values_a_row)


def _batches(
    path: Path, schema: "pa.Schema", repeated: list[str], rows_together: list[int], rows: int
) -> "Iterator[pa.RecordBatch]":
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = list(dict.fromkeys(schema.names))
    try:
        with pq.ParquetFile(
            path, read_dictionary=repeated, buffer_size=_BUFFER_BYTES, pre_buffer=False
        ) as file:
            for group, together in enumerate(rows_together):
                read = file.iter_batches(
                    batch_size=together, row_groups=[group], columns=names, use_threads=False
                )
                parts = (part for batch in read for part in _parts(batch))
                yield from _joined((_plain(part, schema) for part in parts), rows)
    except (pa.ArrowException, OSError):
        raise UnreadableFile(f"{path.name} is damaged or cut short") from None


def _encodings(metadata: Any) -> dict[str, set[str]]:
    """The encodings of each column, in any row group."""
    found: dict[str, set[str]] = {}
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        for column in map(group.column, range(group.num_columns)):
            found.setdefault(column.path_in_schema, set()).update(column.encodings)
    return found


def _is_repeated(field: "pa.Field", encodings: Mapping[str, set[str]]) -> bool:
    """Whether to keep the column dictionary-encoded while reading: then a long text that many rows
    repeat is in memory once. Arrow can't do this with every encoding."""
    found = encodings.get(field.name, set())
    return _holds_bytes(field.type) and found <= _DICTIONARY_ENCODINGS


def _holds_bytes(kind: "pa.DataType") -> bool:
    from pyarrow import types

    tests = (types.is_string, types.is_large_string, types.is_string_view)
    more = (types.is_binary, types.is_large_binary, types.is_binary_view)
    return any(test(kind) for test in (*tests, *more))


def _parts(batch: "pa.RecordBatch") -> "Iterator[pa.RecordBatch]":
    """The batch divided so that the texts of each part, decoded, fit into memory."""
    if batch.num_rows > 1 and _text_bytes(batch) > MAX_BATCH_BYTES:
        middle = batch.num_rows // 2
        yield from _parts(batch.slice(0, middle))
        yield from _parts(batch.slice(middle))
    else:
        yield batch


def _text_bytes(batch: "pa.RecordBatch") -> int:
    import pyarrow.compute as pc
    from pyarrow import types

    total = 0
    for column in batch.columns:
        if types.is_dictionary(column.type) and _holds_bytes(column.type.value_type):
            lengths = pc.binary_length(column.dictionary).take(column.indices)
            total += pc.sum(lengths.cast("int64")).as_py() or 0
    return total


def _plain(batch: "pa.RecordBatch", schema: "pa.Schema") -> "pa.RecordBatch":
    """The columns with the types declared in the file."""
    import pyarrow as pa

    columns = [
        column if column.type == field.type else column.dictionary_decode().cast(field.type)
        for column, field in zip(batch.columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _joined(batches: "Iterator[pa.RecordBatch]", rows: int) -> "Iterator[pa.RecordBatch]":
    """Joins batches up to the limits: scoring is faster with a thousand rows at a time."""
    import pyarrow as pa

    kept: list[pa.RecordBatch] = []
    for batch in batches:
        count = sum(each.num_rows for each in kept) + batch.num_rows
        if kept and (count > rows or sum(each.nbytes for each in [*kept, batch]) > MAX_BATCH_BYTES):
            yield pa.concat_batches(kept)
            kept = []
        kept.append(batch)
    if kept:
        yield pa.concat_batches(kept)
