"""Uploads finished segments: their rows as Parquet, and then an entry of the ledger."""

import hashlib
import socket
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from core.clock import Clock
from core.errors import StoreError
from core.servinglog.shared.base import LogStore
from core.servinglog.shared.ledger import LEDGER, LedgerEntry, entry_names
from core.servinglog.shared.objects import SegmentRows
from core.servinglog.shared.spool import FinishedSegment, finished_segments, make_spool_id


@dataclass(frozen=True, slots=True)
class UploadCounts:
    """What one upload did. `known` segments were in the ledger already; `failed` ones can't be read
    here, each with the reason."""

    segments: int
    rows: int
    unreadable: int
    known: int
    failed: tuple[str, ...]


def upload_segments(
    folder: Path, store: LogStore, clock: Clock, *, again: bool = False
) -> UploadCounts:
    """Upload what is finished and not in the ledger; with `again` also what is there, for a store
    that lost objects. Several may run at once. Raises StoreError and LogStoreUnavailable: what was
    uploaded before stays, and the rest follows the next time."""
    spool = make_spool_id(folder)
    known = set(entry_names(store.paths(f"{LEDGER}/{spool}")).values())
    finished, odd = finished_segments(folder, spool, clock.now())
    failed = [f"{name!r} has a name that the store can't hold" for name in odd]
    chosen = [one for one in finished if again or one.name not in known]
    entries = []
    for segment in chosen:
        entry = _read_and_put(segment, store, clock)
        if isinstance(entry, str):
            failed.append(entry)
        else:
            entries.append(entry)
    return UploadCounts(
        segments=len(entries),
        rows=sum(one.rows for one in entries),
        unreadable=sum(one.unreadable for one in entries),
        known=len(finished) - len(chosen),
        failed=tuple(failed),
    )


def sha256_of(path: Path) -> str:
    """The digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_and_put(segment: FinishedSegment, store: LogStore, clock: Clock) -> LedgerEntry | str:
    """The entry that was written, or why the file can't be uploaded."""
    path = segment.path
    try:
        sha256 = sha256_of(path)
        rows = SegmentRows(path)
        if path.stat().st_size != segment.name.size_bytes:
            rows.close()
            return f"{path.name} still grows"
    except (OSError, StoreError) as error:
        return f"{path.name} can't be read: {getattr(error, 'strerror', None) or error}"
    with closing(rows):
        objects = []
        for one in rows.objects():
            store.put(one.described.path, one.content)
            objects.append(one.described)
    entry = LedgerEntry(
        name=segment.name,
        sha256=sha256,
        rows=sum(one.rows for one in objects),
        unreadable=rows.unreadable,
        uploaded_at=clock.now(),
        host=socket.gethostname(),
        worker=path.name.split("-")[0],
        objects=tuple(objects),
    )
    store.put(segment.name.path, entry.encode())
    return entry
