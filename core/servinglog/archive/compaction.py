"""Moves finished segments of a serving log into its archive, and deletes what is too old. Adapter:
imports duckdb."""

import mmap
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from core.clock import Clock
from core.errors import StoreError
from core.servinglog import tables
from core.servinglog.archive.building import ArchiveBuilder
from core.servinglog.archive.manifest import ArchivedHour, ArchiveManifest
from core.servinglog.archive.place import ArchivePlace
from core.servinglog.archive.reader import ArchiveReader
from core.servinglog.archive.views import mark_archived
from core.servinglog.record import SCHEMA_VERSION
from core.servinglog.segment_files import SegmentReader
from core.servinglog.shared.spool import FinishedSegment, finished_segments

BATCH_BYTES = 128 * 1024 * 1024
"""Of segments that are read at once; their lines take about twice as much memory."""
MEMORY_LIMIT = "1GB"
READ_FOR = timedelta(minutes=15)
"""A query that began with an earlier manifest may read the files of that so long."""
STRAY_AFTER = timedelta(hours=1)
WhyAwaited = Callable[[FinishedSegment], str | None]
_PROCESS = re.compile(r"-([0-9]+)-[0-9]+-[0-9]+[.]jsonl$")
_OTHER_SCHEMA = re.compile(rb'"schema": ?(?!%d[,}])' % SCHEMA_VERSION)


@dataclass(frozen=True, slots=True)
class CompactionCounts:
    """What one compaction did. `left` are finished segments that stay as they are, each with the
    reason."""

    segments: int = 0
    rows: int = 0
    duplicates: int = 0
    deleted_hours: int = 0
    left: tuple[str, ...] = ()


def compact(
    folder: Path,
    clock: Clock,
    *,
    keep_rows: timedelta | None = None,
    keep_sums: timedelta | None = None,
    why_awaited: WhyAwaited = lambda _: None,
) -> CompactionCounts | None:
    """Archive the finished segments of a log's folder, and delete rows and sums of hours that ended
    longer ago than given; a segment stays while `why_awaited` has a reason. None if another process
    is at it. It may be killed at any time: a row is in its segment until it is in the archive.
    Raises StoreError."""
    place = ArchivePlace(folder)
    try:
        with place.locked() as is_mine:
            if not is_mine:
                return None
            compaction = Compaction(folder, place, clock, why_awaited)
            compaction.tidy()
            done = compaction.archive()
            deleted = compaction.delete_old(keep_rows, keep_sums)
            return replace(done, deleted_hours=deleted)
    except (OSError, duckdb.Error) as error:
        why = str(error).strip().splitlines()[0]
        raise StoreError(f"The log could not be compacted: {why}") from error


class Compaction:
    """One run, with the archive locked."""

    def __init__(
        self, folder: Path, place: ArchivePlace, clock: Clock, why_awaited: WhyAwaited
    ) -> None:
        self._folder = folder
        self._why_awaited = why_awaited
        self._place = place
        self._clock = clock
        self._manifest = place.read()

    def tidy(self) -> None:
        """Finish what a killed run left, and delete files that nobody reads any more."""
        self._delete_taken()
        now = self._clock.now()
        gone = {path for path, at in self._manifest.replaced.items() if abs(now - at) > READ_FOR}
        left = {path: at for path, at in self._manifest.replaced.items() if path not in gone}
        if gone:
            self._write(replace(self._manifest, replaced=left))
        for path in gone:
            self._place.remove(path)
        for path in list(self._place.strays(self._manifest.paths)):
            changed = datetime.fromtimestamp(Path(self._place.file(path)).stat().st_mtime, UTC)
            if abs(now - changed) > STRAY_AFTER:
                self._place.remove(path)

    def archive(self) -> CompactionCounts:
        """Move the rows of all finished segments, a few segments at a time."""
        done = CompactionCounts()
        finished, odd = finished_segments(self._folder, "", self._clock.now())
        left = [f"{name!r} has a name that a process would not give" for name in odd]
        for batch in _batches(finished):
            chosen = []
            for segment in batch:
                why = why_left(segment.path) or self._why_awaited(segment)
                if why is None:
                    chosen.append(segment)
                else:
                    left.append(f"{segment.path.name} {why}")
            counts = self._archive(chosen, left)
            done = CompactionCounts(
                done.segments + counts.segments,
                done.rows + counts.rows,
                done.duplicates + counts.duplicates,
            )
        return replace(done, left=tuple(left))

    def delete_old(self, keep_rows: timedelta | None, keep_sums: timedelta | None) -> int:
        """Delete the rows of hours that ended so long ago, and forget hours whose sums are older;
        the number of hours whose rows are gone."""
        hours, sums = dict(self._manifest.hours), dict(self._manifest.sums)
        for key, one in self._manifest.hours.items():
            age = self._clock.now() - one.start - timedelta(hours=1)
            if keep_sums is not None and age >= keep_sums + timedelta(days=1):
                del hours[key]
                sums.pop(one.start.date(), None)
            elif keep_rows is not None and age >= keep_rows and one.path is not None:
                hours[key] = replace(one, path=None, size_bytes=0)
        before = sum(one.path is not None for one in self._manifest.hours.values())
        if hours != self._manifest.hours:
            self._write(self._replacing(replace(self._manifest, hours=hours, sums=sums)))
        return before - sum(one.path is not None for one in hours.values())

    def _archive(self, segments: Sequence[FinishedSegment], left: list[str]) -> CompactionCounts:
        if not segments:
            return CompactionCounts()
        with closing(_scratch(self._place)) as connection:
            readers = [
                SegmentReader(one.path, one.path.name, number)
                for number, one in enumerate(segments, start=1)
            ]
            kept = _load(connection, readers, left)
            taken = {one.path.name: one for one in segments if one.path.name in kept}
            grown = [name for name, one in taken.items() if _has_changed(one)]
            if grown:
                left += [f"{name} changed meanwhile" for name in grown]
                return self._archive(
                    [one for one in taken.values() if one.path.name not in grown], left
                )
            archive = ArchiveReader(self._folder)
            archive.refresh()
            mark_archived(connection, archive, None)
            lines, rows = _counts(connection)
            self._write(
                replace(
                    self._build(ArchiveBuilder(connection, self._place)),
                    duplicates=self._manifest.duplicates + lines - rows,
                    taken={name: one.name.size_bytes for name, one in taken.items()},
                )
            )
        self._delete_taken()
        return CompactionCounts(len(taken), rows, lines - rows)

    def _build(self, builder: ArchiveBuilder) -> ArchiveManifest:
        """The manifest with the loaded lines added."""
        hours, sums = dict(self._manifest.hours), dict(self._manifest.sums)
        changed: dict[date, list[ArchivedHour]] = defaultdict(list)
        for root in ("calls", "refusals"):
            for start in builder.hours(root):
                known = hours.get((root, start))
                hours[root, start] = builder.add_rows(root, start, known)
                if root == "calls":
                    changed[start.date()].append(hours[root, start])
        for day, of_day in changed.items():
            sums[day] = builder.add_sums(day, sums.get(day), of_day)
        return self._replacing(replace(self._manifest, hours=hours, sums=sums))

    def _replacing(self, manifest: ArchiveManifest) -> ArchiveManifest:
        """With the files that it no longer names among the replaced ones."""
        now = self._clock.now()
        dropped = self._manifest.paths - manifest.paths
        return replace(manifest, replaced={**manifest.replaced, **dict.fromkeys(dropped, now)})

    def _write(self, manifest: ArchiveManifest) -> None:
        self._place.write(manifest)
        self._manifest = manifest

    def _delete_taken(self) -> None:
        for name, size_bytes in self._manifest.taken.items():
            path = self._folder / name
            try:
                # One that grew holds a line that is in no archive: it is read, and archived again.
                if path.stat().st_size == size_bytes:
                    path.unlink()
            except FileNotFoundError:
                continue


def why_left(path: Path) -> str | None:
    """Why a finished segment must stay as it is, by its writer and its first look; None if it need
    not."""
    if _is_open(path):
        return "is still open in the process that writes it"
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                return None
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                if _OTHER_SCHEMA.search(content):
                    return "has lines of another version of the console"
    except OSError as error:
        return f"can't be read: {error.strerror}"
    return None


def _is_open(path: Path) -> bool:
    """Whether the process that the name tells has the file open, as far as this account sees."""
    found = _PROCESS.search(path.name)
    if found is None:
        return False
    try:
        opened = list(Path(f"/proc/{found[1]}/fd").iterdir())
        return any(one.samefile(path) for one in opened if one.exists())
    except OSError:  # no such process, or another account's
        return False


def _batches(segments: Sequence[FinishedSegment]) -> Iterator[list[FinishedSegment]]:
    batch: list[FinishedSegment] = []
    size_bytes = 0
    for one in segments:
        if batch and size_bytes + one.name.size_bytes > BATCH_BYTES:
            yield batch
            batch, size_bytes = [], 0
        batch.append(one)
        size_bytes += one.name.size_bytes
    if batch:
        yield batch


def _scratch(place: ArchivePlace) -> duckdb.DuckDBPyConnection:
    """An empty DuckDB; what does not fit in its memory goes to files in the archive's folder."""
    connection = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": False,
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": str(place.draft()),
        },
    )
    tables.create(connection)
    return connection


def _load(
    connection: duckdb.DuckDBPyConnection, readers: Sequence[SegmentReader], left: list[str]
) -> set[str]:
    """Loads the lines of those files that can be read completely, and returns their names."""
    tables.load(connection, readers)
    kept = {}
    for one in readers:
        if one.report.failure is not None:
            left.append(f"{one.report.name}: {one.report.failure}")
        elif one.report.unreadable_count:
            left.append(f"{one.report.name} has {one.report.unreadable_count:,} unreadable lines")
        else:
            kept[one.segment_id] = one.report.name
    tables.remove(connection, [one.segment_id for one in readers if one.segment_id not in kept])
    tables.mark_copies(connection, None)
    tables.name_segments(connection, kept)
    return set(kept.values())


def _has_changed(segment: FinishedSegment) -> bool:
    try:
        return segment.path.stat().st_size != segment.name.size_bytes
    except FileNotFoundError:
        return True


def _counts(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """Of all lines, and of those whose rows are not in the archive."""
    found = connection.execute(
        "SELECT (SELECT count(*) FROM call_lines) + (SELECT count(*) FROM refusal_lines), "
        "(SELECT count(*) FROM calls) + (SELECT count(*) FROM refusals)"
    ).fetchone()
    assert found is not None  # a SELECT without FROM has one row
    return found
