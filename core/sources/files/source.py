"""Comments from a file: JSON lines, JSON, CSV, TSV or Parquet."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from core.clock import system_clock
from core.errors import InvalidInput, UnreadableFile
from core.moderation.comments import IncomingThread
from core.sources.base import Rejected, SourceItem
from core.sources.files.columns import field_of
from core.sources.files.formats import FileFormat, file_format
from core.sources.files.items import shape_of, story_of_hit, to_item, unread_names
from core.sources.files.json_document import document_rows
from core.sources.files.nesting import comments_in
from core.sources.files.parquet_batches import column_names
from core.sources.files.parquet_rows import parquet_rows
from core.sources.files.text_files import Row
from core.sources.files.text_rows import delimited_rows, json_line_rows

MOST_UNREAD = 50  # names kept; a table may have any number of keys
SYSTEM_NOW = system_clock().now


class RowSource:
    """The comments of a table's rows. `rows` reads them, each time from the first one.

    Each row gives exactly one item, even an invalid row. Algolia search hits also give their story:
    once, before its first comment.
    """

    def __init__(
        self,
        name: str,
        rows: Callable[[], Iterator[Row]],
        source: str = "site",
        *,
        now: Callable[[], datetime] = SYSTEM_NOW,
    ) -> None:
        self._name = name
        self._rows = rows
        self._source = source
        self._now = now
        self._unread: dict[str, None] = {}
        self._seen_names: set[tuple[str, ...]] = set()

    @property
    def name(self) -> str:
        return self._name

    @property
    def unread(self) -> tuple[str, ...]:
        return tuple(self._unread)

    def read(self) -> Iterator[SourceItem]:
        read_at = self._now()
        stories: set[str] = set()
        for row in self._rows():
            if isinstance(row.value, Mapping):
                self._note_unread(row.value)
            if row.problem is not None:
                yield Rejected(row.where, f"{row.where}: {row.problem}")
                continue
            story = story_of_hit(row.value, read_at=read_at)
            if story is not None and story.source_id not in stories:
                stories.add(story.source_id)
                yield story
            item = to_item(row.value, where=row.where, source=self._source, read_at=read_at)
            if isinstance(item, IncomingThread):
                stories.add(item.source_id)
            yield item

    def _note_unread(self, row: Mapping[str, object]) -> None:
        names = tuple(row)
        if names in self._seen_names or len(self._unread) >= MOST_UNREAD:
            return
        self._seen_names.add(names)
        try:
            unread = unread_names(row, shape_of(row))
        except InvalidInput:
            return  # the row is rejected with a message that names the columns
        self._unread.update((name, None) for name in names if name in unread)


class FileSource(RowSource):
    """The comments of one file."""

    def __init__(
        self,
        path: Path | str,
        source: str = "site",
        *,
        now: Callable[[], datetime] = SYSTEM_NOW,
    ) -> None:
        there = Path(path)
        super().__init__(f"file {there.name}", lambda: _rows(there), source, now=now)


def _rows(path: Path) -> Iterator[Row]:
    match file_format(path):
        case FileFormat.JSON_LINES:
            yield from _unwrapped(json_line_rows(path))
        case FileFormat.JSON:
            yield from _unwrapped(document_rows(path))
        case FileFormat.CSV:
            yield from _table_rows(path, ",")
        case FileFormat.TSV:
            yield from _table_rows(path, "\t")
        case FileFormat.PARQUET:
            names = column_names(path)
            check_columns(path.name, names)
            yield from _unwrapped(parquet_rows(path, names))


def _unwrapped(rows: Iterator[Row]) -> Iterator[Row]:
    return (each for row in rows for each in comments_in(row))


def _table_rows(path: Path, delimiter: str) -> Iterator[Row]:
    header, rows = delimited_rows(path, delimiter)
    check_columns(path.name, header)
    for row in rows:
        yield row if row.problem is not None else Row(row.where, _as_mapping(header, row.value))


def _as_mapping(header: tuple[str, ...], cells: object) -> Mapping[str, object]:
    assert isinstance(cells, tuple)
    # CSV can't distinguish an empty cell from a missing value.
    return {name: cell or None for name, cell in zip(header, cells, strict=True)}


def check_columns(place: str, columns: Sequence[str]) -> None:
    """Raises UnreadableFile unless a comment can be read from these columns."""
    found = {field_of(name) for name in columns}
    if not ("id" in found or "objectID" in columns) or not found & {"text", "title"}:
        there = ", ".join(f"`{name}`" for name in columns)
        raise UnreadableFile(
            f"{place} has the columns {there}; needed are `id` and `text`, and taken are also "
            "`author`, `created_at` and `parent_id`"
        )
    try:
        shape_of(dict.fromkeys(columns, "1"))
    except InvalidInput as error:
        raise UnreadableFile(f"{place}: {error}") from None
