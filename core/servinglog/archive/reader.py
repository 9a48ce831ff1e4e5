"""An archive as one process reads it: the manifest in force, and which files a query needs."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from core.servinglog.archive.manifest import ArchivedHour, ArchiveManifest
from core.servinglog.archive.place import ArchivePlace, ManifestMark
from core.servinglog.archive.plan import HOUR
from core.servinglog.archive.rows import RowFiles
from core.servinglog.windows import Span, Window


class ArchiveReader:
    """Not thread-safe; a mirror calls it under its lock."""

    def __init__(self, log_folder: Path) -> None:
        self.manifest = ArchiveManifest()
        self._place = ArchivePlace(log_folder)
        self._mark: ManifestMark | None = None

    def refresh(self) -> bool:
        """Reads the manifest if it was replaced, and says whether. Raises StoreError, OSError."""
        mark = self._place.mark()
        if mark == self._mark:
            return False
        # Read after the mark: what is replaced between the two is read again the next time.
        self.manifest, self._mark = self._place.read(), mark
        return True

    def is_replaced(self) -> bool:
        """Whether the manifest was replaced since it was read."""
        return self._place.mark() != self._mark

    def needs_sums(self, span: Span, most_rows: int) -> bool:
        """Whether the span has more rows than that, or some that are no longer kept."""
        hours = self.hours_in(span)
        return sum(one.rows for one in hours) > most_rows or any(one.path is None for one in hours)

    def row_files(self, spans: Iterable[Span]) -> list[RowFiles]:
        """The files with rows of each span that are kept."""
        return [
            RowFiles(span, self.names(one.path for one in self.hours_in(span))) for span in spans
        ]

    def parts(self, span: Span, starts: Collection[datetime]) -> list[Span]:
        """The parts of a span in these hours."""
        return [
            Span(
                span.form,
                max(span.since, one.start),
                # Not `start + HOUR`: the last hour of the calendar has no end.
                span.until if span.until - one.start < HOUR else one.start + HOUR,
            )
            for one in self.hours_in(span)
            if one.start in starts
        ]

    def hours_in(self, span: Span) -> list[ArchivedHour]:
        """The hours that the span covers at least in part."""
        return [
            one
            for one in self.manifest.hours.values()
            # Not `start + HOUR > since`: the last hour of the calendar has no end.
            if one.form is span.form and one.start < span.until and span.since - one.start < HOUR
        ]

    def minute_files(self, windows: Iterable[Window]) -> list[str]:
        """The files with the sums by minute of these windows."""
        days = {day for window in windows for day in self._days(window)}
        return self.names(self.manifest.sums[day].minutes for day in sorted(days))

    def hour_files(self, window: Window) -> list[str]:
        """The files with the sums by hour of that window."""
        return self.names(self.manifest.sums[day].hours for day in self._days(window))

    def names(self, paths: Iterable[str | None]) -> list[str]:
        """Of these files on disk; None is none."""
        return [self._place.file(path) for path in paths if path is not None]

    def _days(self, window: Window) -> Sequence[date]:
        if window.since >= window.until:
            return ()
        first, last = window.since.date(), (window.until - timedelta.resolution).date()
        return [day for day in sorted(self.manifest.sums) if first <= day <= last]
