"""Comments from a file: JSON lines, a JSON array, CSV, TSV or Parquet."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from core.clock import system_clock
from core.errors import UnreadableFile
from core.moderation.comments import IncomingThread
from core.sources.base import Rejected, SourceItem
from core.sources.files.formats import FileFormat, file_format
from core.sources.files.items import KNOWN_COLUMNS, story_of_hit, to_item
from core.sources.files.parquet_rows import parquet_columns, parquet_rows
from core.sources.files.text_files import Row
from core.sources.files.text_rows import delimited_rows, json_line_rows, json_rows

SYSTEM_NOW = system_clock().now


class FileSource:
    """The comments of one file.

    Each row gives exactly one item, whatever is wrong with it. Only Algolia search hits give one
    thing more: the story they name, once a story, ahead of its first comment.
    """

    def __init__(
        self,
        path: Path | str,
        source: str = "site",
        *,
        now: Callable[[], datetime] = SYSTEM_NOW,
    ) -> None:
        self._path = Path(path)
        self._source = source
        self._now = now

    @property
    def name(self) -> str:
        return f"file {self._path.name}"

    def read(self) -> Iterator[SourceItem]:
        read_at = self._now()
        stories: set[str] = set()
        for row in _rows(self._path):
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


def _rows(path: Path) -> Iterator[Row]:
    match file_format(path):
        case FileFormat.JSON_LINES:
            yield from json_line_rows(path)
        case FileFormat.JSON:
            yield from json_rows(path)
        case FileFormat.CSV:
            yield from _table_rows(path, ",")
        case FileFormat.TSV:
            yield from _table_rows(path, "\t")
        case FileFormat.PARQUET:
            columns = parquet_columns(path)
            _check_columns(path, columns)
            known = {name: kind for name, kind in columns.items() if name in KNOWN_COLUMNS}
            yield from parquet_rows(path, known)


def _table_rows(path: Path, delimiter: str) -> Iterator[Row]:
    header, rows = delimited_rows(path, delimiter)
    _check_columns(path, header)
    for row in rows:
        yield row if row.problem is not None else Row(row.where, _as_mapping(header, row.value))


def _as_mapping(header: tuple[str, ...], cells: object) -> Mapping[str, object]:
    assert isinstance(cells, tuple)
    # An empty cell is how a CSV says that there is no value.
    return {name: cell or None for name, cell in zip(header, cells, strict=True)}


def _check_columns(path: Path, columns: Collection[str]) -> None:
    has_id = "id" in columns or "objectID" in columns
    if has_id and any(name in columns for name in ("text", "title", "comment_text")):
        return
    found = ", ".join(f"`{name}`" for name in columns)
    raise UnreadableFile(
        f"{path.name} has the columns {found}; needed are `id` and `text`, and taken are also "
        "`author`, `created_at` and `parent_id`"
    )
