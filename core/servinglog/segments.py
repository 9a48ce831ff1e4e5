"""The segments of a serving log, mirrored into one in-memory DuckDB. Adapter: imports duckdb."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from glob import escape
from importlib.resources import files
from pathlib import Path

import duckdb

from core.errors import StoreError

ATTEMPTS = 3
SEGMENTS = "*.jsonl"


def statement(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return (files("core.servinglog") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


class SegmentMirror:
    """Table `calls`, brought up to date with the folder at each use.

    A segment only ever grows and is soon left for good, so one whose size has not changed is never
    read again: a log of a million calls is parsed once a process.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._root = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
        self._root.execute(statement("schema"))
        self._load = statement("load")
        self._loaded: dict[str, int] = {}  # segment -> its size in bytes when it was read

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor of its own over the log as it is now. StoreError when it can't be read."""
        try:
            self._refresh()
            with closing(self._root.cursor()) as cursor:
                yield cursor
        except (OSError, duckdb.Error) as error:
            raise StoreError(f"The serving log could not be read: {_first_line(error)}") from error

    def _refresh(self) -> None:
        with self._lock:
            for attempt in range(ATTEMPTS):
                found = self._list()
                if found == self._loaded:
                    return
                try:
                    self._replace(found)
                    return
                except duckdb.IOException:  # a segment vanished after it was listed: look again
                    if attempt == ATTEMPTS - 1:
                        raise

    def _list(self) -> dict[str, int]:
        sizes: dict[str, int] = {}
        for path in self._directory.glob(SEGMENTS):
            try:
                sizes[path.name] = path.stat().st_size
            except FileNotFoundError:
                continue
        return sizes

    def _replace(self, found: dict[str, int]) -> None:
        stale = [name for name, size in self._loaded.items() if found.get(name) != size]
        changed = [name for name, size in found.items() if self._loaded.get(name) != size and size]
        with closing(self._root.cursor()) as cursor:
            cursor.begin()
            try:
                if stale:
                    cursor.execute(
                        "DELETE FROM calls WHERE list_contains($stale, segment)", {"stale": stale}
                    )
                if changed:
                    # DuckDB takes a path for a pattern: `[` or `*` in it would read other files.
                    paths = [escape(str((self._directory / name).absolute())) for name in changed]
                    cursor.execute(self._load, {"files": paths})
                cursor.commit()
            except duckdb.Error:
                cursor.rollback()
                raise
        self._loaded = found


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
