"""The audit log as columns, for files."""

from collections.abc import Iterable, Iterator
from itertools import islice

import pyarrow as pa

from core.moderation.audit_chain import StoredEvent

_CHUNK_EVENTS = 10_000
_TYPES = {"seq": pa.int64(), "occurred_at": pa.timestamp("us", "UTC")}
AUDIT_SCHEMA = pa.schema([(name, _TYPES.get(name, pa.string())) for name in StoredEvent._fields])


def audit_batches(events: Iterable[StoredEvent]) -> Iterator[pa.RecordBatch]:
    """The events in AUDIT_SCHEMA, some thousands at a time."""
    rest = iter(events)
    while chunk := list(islice(rest, _CHUNK_EVENTS)):
        columns = dict(zip(StoredEvent._fields, zip(*chunk, strict=True), strict=True))
        yield pa.record_batch(columns, schema=AUDIT_SCHEMA)
