"""Arrow batches of a bounded number of rows and bytes."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

MAX_BYTES = 16 * 1024 * 1024


def rebatched(batches: "Iterable[pa.RecordBatch]", rows: int) -> "Iterator[pa.RecordBatch]":
    """The same rows in batches of exactly `rows`, except the last one and those of MAX_BYTES:
    drivers give batches of a few rows or of a million."""
    import pyarrow as pa

    kept: list[pa.RecordBatch] = []
    count = size = 0
    for part in (part for batch in batches for part in _parts(batch)):
        at = 0
        while at < part.num_rows:
            taken = part.slice(at, rows - count)
            kept.append(taken)
            at += taken.num_rows
            count, size = count + taken.num_rows, size + taken.nbytes
            if count == rows or size >= MAX_BYTES:
                yield pa.concat_batches(kept) if len(kept) > 1 else kept[0]
                kept, count, size = [], 0, 0
    if kept:
        yield pa.concat_batches(kept) if len(kept) > 1 else kept[0]


def without_first_row(batches: "Iterable[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
    """All other rows."""
    is_first = True
    for batch in batches:
        yield batch.slice(1) if is_first and batch.num_rows else batch
        is_first = is_first and not batch.num_rows


def _parts(batch: "pa.RecordBatch") -> "Iterator[pa.RecordBatch]":
    if batch.num_rows > 1 and batch.nbytes > MAX_BYTES:
        middle = batch.num_rows // 2
        yield from _parts(batch.slice(0, middle))
        yield from _parts(batch.slice(middle))
    elif batch.num_rows:
        yield batch
