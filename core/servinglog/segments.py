"""A serving log in DuckDB: its segments in memory, and files of its archive. Adapter: imports
duckdb."""

import copy
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

from core.errors import StoreError
from core.servinglog import tables
from core.servinglog.archive.choosing import Choose
from core.servinglog.archive.manifest import ArchiveManifest
from core.servinglog.archive.plan import plan_sums
from core.servinglog.archive.reader import ArchiveReader
from core.servinglog.archive.views import (
    mark_archived,
    show_rows,
    show_sums,
    write_archived_groups,
)
from core.servinglog.lines import CALL, EARLIEST, REFUSAL, LineFormat
from core.servinglog.segment_files import SegmentReader, SegmentReport
from core.servinglog.segment_list import Mark, list_segments
from core.servinglog.windows import Span, Window

if TYPE_CHECKING:
    from core.servinglog.shared.stored import StoredLog

ATTEMPTS = 10
EXACT_ROWS = 1_000_000
"""With more archived calls in its window a query is answered from their sums."""
EVER = tuple(Span(form, EARLIEST, datetime.max.replace(tzinfo=UTC)) for form in (CALL, REFUSAL))
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    # Keeping the order would copy small batches once more when several threads insert.
    "preserve_insertion_order": False,
}


class LogParts(NamedTuple):
    """Reports of the segments, in the order of names, their bytes, the archive, and the number of
    rows in the shared store alone."""

    reports: tuple[SegmentReport, ...]
    segment_bytes: int
    archive: ArchiveManifest
    stored_rows: int


class SegmentMirror:
    """Views `calls` and `refusals`, updated from the folder at each use.

    A segment is read once per process: of one that has grown only the new end is read, and one that
    shrank or was replaced is read anew. Lines and files that can't be read are in `reports` and
    don't affect the others. Segments that are in the archive leave the memory; of the archive a
    query reads the files that it needs.
    """

    def __init__(
        self, directory: Path, stored: "StoredLog | None" = None, exact_rows: int = EXACT_ROWS
    ) -> None:
        self._directory = directory
        self._stored = stored
        self._exact_rows = exact_rows
        self._archive = ArchiveReader(directory)
        self._shown = self._archive.manifest
        self._lock = threading.Lock()
        self._root = duckdb.connect(":memory:", config=CONFIG)
        tables.create(self._root)
        self._ids = count(1)
        self._loaded: dict[str, Mark] = {}  # segment -> its mark when it was read
        self._readers: dict[str, SegmentReader] = {}

    @contextmanager
    def cursor(self, *spans: Span) -> Iterator[duckdb.DuckDBPyConnection]:
        """A new cursor over the log as it is now: all rows of its segments, and of the archive and
        the shared store those of the spans. Raises StoreError when it can't be read."""
        with self._translated(), closing(self._open(spans, spans)) as cursor:
            yield cursor

    @contextmanager
    def whole(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Like `cursor`, with all rows of the archive and those of the shared store that are loaded
        already."""
        with self._translated(), closing(self._open((), EVER)) as cursor:
            yield cursor

    @contextmanager
    def calls_of(
        self, window: Window, *, by_hour: bool
    ) -> Iterator[tuple[duckdb.DuckDBPyConnection, bool]]:
        """A cursor like `cursor` for the calls of a window, and whether it has a view `sums` in
        place of the archive's rows: sums by minute or, with `by_hour`, by hour as far as they
        can."""
        with self._translated():
            cursor, is_summed = self._open_calls(window, by_hour)
            with closing(cursor):
                yield cursor, is_summed

    @contextmanager
    def rows_of(self, window: Window, choose: Choose) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor like `cursor` for the calls of a window. Where `calls_of` gives sums, it has
        only the archive's rows of the hours that are chosen."""
        span = _calls_in(window)
        with self._translated():
            with self._lock:
                self._refresh()
                archived = [span]
                if self._archive.needs_sums(span, self._exact_rows):
                    with closing(self._root.cursor()) as asking:
                        archived = self._archive.parts(span, choose(asking, self._archive, span))
                cursor = self._cursor((span,), archived)
            with closing(cursor):
                yield cursor

    def is_summed(self, window: Window) -> bool:
        """Whether `calls_of` gives sums now."""
        with self._translated(), self._lock:
            self._refresh()
            return self._archive.needs_sums(_calls_in(window), self._exact_rows)

    def parts(self) -> LogParts:
        """What the log consists of, as the last cursor saw it."""
        with self._lock:
            return LogParts(
                tuple(self._readers[name].report for name in sorted(self._readers)),
                sum(mark.size for mark in self._loaded.values()),
                self._archive.manifest,
                0 if self._stored is None else self._stored.row_count,
            )

    def find_stored(self, wanted: str) -> list[tuple[LineFormat, dict[str, Any]]]:
        """The values of the store's rows with that id that no cursor sees now."""
        with self._lock:
            return [] if self._stored is None else list(self._stored.find(wanted))

    @property
    def store_problem(self) -> str | None:
        """What can't be read of the shared store, in one sentence."""
        return None if self._stored is None else self._stored.problem

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OSError, duckdb.Error) as error:
            raise StoreError(f"The serving log could not be read: {_first_line(error)}") from error

    def _open(self, stored: Sequence[Span], archived: Sequence[Span]) -> duckdb.DuckDBPyConnection:
        with self._lock:
            self._refresh()
            return self._cursor(stored, archived)

    def _open_calls(self, window: Window, by_hour: bool) -> tuple[duckdb.DuckDBPyConnection, bool]:
        span = _calls_in(window)
        with self._lock:
            self._refresh()
            if not self._archive.needs_sums(span, self._exact_rows):
                return self._cursor((span,), (span,)), False
            plan = plan_sums(window, by_hour=by_hour)
            cursor = self._cursor((span,), tuple(map(_calls_in, plan.rows)))
            show_sums(cursor, self._archive, window, plan)
            return cursor, True

    def _cursor(
        self, stored: Sequence[Span], archived: Sequence[Span]
    ) -> duckdb.DuckDBPyConnection:
        """After a refresh, in the same lock."""
        cursor = self._root.cursor()
        if self._stored is not None:
            readers = self._readers.items()
            local = frozenset(name for name, one in readers if one.report.failure is None)
            self._stored.refresh(self._root, stored, local)
        # The cursor keeps these rows while another thread loads other hours or drops segments.
        cursor.begin()
        cursor.execute("SELECT count(*) FROM segments").fetchall()
        show_rows(cursor, self._archive.row_files(archived))
        return cursor

    def _refresh(self) -> None:
        for _ in range(ATTEMPTS):
            self._archive.refresh()
            found = list_segments(self._directory)
            # A segment is deleted after its rows are archived: with a manifest from before or after
            # that they would count twice, or not at all.
            if self._archive.is_replaced():
                continue
            taken = self._archive.manifest.taken
            found = {name: mark for name, mark in found.items() if taken.get(name) != mark.size}
            if found == self._loaded and self._shown is self._archive.manifest:
                return
            try:
                self._replace(found)
                return
            except FileNotFoundError:  # a segment was deleted after it was listed: list again
                continue
        raise FileNotFoundError("its segments are deleted while they are read")

    def _replace(self, found: dict[str, Mark]) -> None:
        """Updates the tables to these segments, or leaves all as it was and raises."""
        changed = sorted(name for name, mark in found.items() if self._loaded.get(name) != mark)
        new = {name: self._reader(name, found[name]) for name in changed}
        readers = {name: one for name, one in self._readers.items() if name in found} | new
        with closing(self._root.cursor()) as cursor:
            cursor.begin()
            try:
                removed = self._remove_lines(cursor, readers)
                tables.load(cursor, new.values())
                if any(reader.is_gone for reader in new.values()):
                    raise FileNotFoundError
                ids = [reader.segment_id for reader in new.values()]
                tables.mark_copies(cursor, None if removed or not self._loaded else ids)
                if self._shown is self._archive.manifest:
                    mark_archived(cursor, self._archive, ids)
                else:
                    write_archived_groups(cursor, self._archive)
                    mark_archived(cursor, self._archive, None)
                names = {one.segment_id: one.report.name for one in readers.values()}
                tables.name_segments(cursor, names)
                cursor.commit()
            except BaseException:
                cursor.rollback()
                raise
        self._loaded, self._readers = found, readers
        self._shown = self._archive.manifest

    def _reader(self, name: str, mark: Mark) -> SegmentReader:
        """A copy of the segment's reader if the file has only grown, otherwise a new one."""
        earlier = self._readers.get(name)
        is_grown = earlier is not None and mark.is_grown_from(self._loaded[name])
        if earlier is not None and is_grown and earlier.is_continued():
            return copy.deepcopy(earlier)  # the tables may be rolled back
        return SegmentReader(self._directory / name, _as_text(name), next(self._ids))

    def _remove_lines(
        self, cursor: duckdb.DuckDBPyConnection, readers: dict[str, SegmentReader]
    ) -> int:
        """Deletes the lines that will not be read again or will be read anew."""
        kept = {reader.segment_id for reader in readers.values()}
        earlier = self._readers.values()
        removed = tables.remove(
            cursor, [one.segment_id for one in earlier if one.segment_id not in kept]
        )
        for name, one in self._readers.items():
            if one.last_line.line_count and readers.get(name) is not one and one.segment_id in kept:
                removed += tables.remove(cursor, [one.segment_id], after_line=one.complete_count)
        return removed


def _calls_in(window: Window) -> Span:
    return Span(CALL, window.since, window.until)


def _as_text(name: str) -> str:
    """A file name as text; bytes that are not UTF-8 are escaped."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
