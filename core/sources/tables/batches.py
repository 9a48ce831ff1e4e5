"""Arrow batches of a bounded number of rows."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def rebatched(batches: "Iterable[pa.RecordBatch]", rows: int) -> "Iterator[pa.RecordBatch]":
    """The same rows in batches of exactly `rows`, except the last one: drivers give batches of a
    few rows or of a million."""
    import pyarrow as pa

    kept: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        at = 0
        while count + batch.num_rows - at >= rows:
            kept.append(batch.slice(at, rows - count))
            at += rows - count
            yield pa.concat_batches(kept) if len(kept) > 1 else kept[0]
            kept, count = [], 0
        if at < batch.num_rows:
            kept.append(batch.slice(at))
            count += batch.num_rows - at
    if kept:
        yield pa.concat_batches(kept) if len(kept) > 1 else kept[0]
