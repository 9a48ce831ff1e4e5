"""Deletes local segments whose rows the shared store provably has."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from core.clock import Clock
from core.errors import NotFound
from core.servinglog.shared.base import LogStore
from core.servinglog.shared.ledger import LedgerEntry, UnreadableEntry, read_entry
from core.servinglog.shared.spool import FinishedSegment, finished_segments, make_spool_id
from core.servinglog.shared.upload import sha256_of


@dataclass(frozen=True, slots=True)
class DeletedCounts:
    """How many old segments were deleted, and why each of the others was kept."""

    deleted: int
    kept: tuple[str, ...]


def delete_uploaded(
    folder: Path, store: LogStore, clock: Clock, *, keep: timedelta
) -> DeletedCounts:
    """Delete the segments that were last written to longer ago than `keep`, after reading from the
    store every object that holds their rows. Raises StoreError and LogStoreUnavailable."""
    deleted, kept = 0, []
    segments, _ = finished_segments(folder, make_spool_id(folder), clock.now())
    for segment in segments:
        if segment.age < keep:
            continue
        if why := _why_kept(segment, store):
            kept.append(f"{segment.path.name}: {why}")
            continue
        segment.path.unlink(missing_ok=True)
        deleted += 1
    return DeletedCounts(deleted, tuple(kept))


def _why_kept(segment: FinishedSegment, store: LogStore) -> str | None:
    try:
        entry = read_entry(store.get(segment.name.path), segment.name)
    except NotFound:
        return "it is not in the ledger"
    except UnreadableEntry as error:
        return f"its entry in the ledger: {error}"
    if entry.unreadable:
        return f"{entry.unreadable:,} of its lines can't be read, so the store does not have them"
    return _what_is_missing(entry, store) or _what_changed(entry, segment.path)


def _what_is_missing(entry: LedgerEntry, store: LogStore) -> str | None:
    for one in entry.objects:
        try:
            content = store.get(one.path)
        except NotFound:
            return f"{one.path} is not in the store"
        if hashlib.sha256(content).hexdigest() != one.sha256:
            return f"{one.path} is cut off or changed"
    return None


def _what_changed(entry: LedgerEntry, path: Path) -> str | None:
    """Last of all, so that the file is deleted right after it was read."""
    try:
        return None if sha256_of(path) == entry.sha256 else "it changed after the upload"
    except OSError as error:
        return f"it can't be read: {error.strerror}"
