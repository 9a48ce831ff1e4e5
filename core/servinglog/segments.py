"""The segments of a serving log, mirrored into one in-memory DuckDB. Adapter: imports duckdb."""

import os
import stat
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.resources import files
from pathlib import Path

import duckdb
import pyarrow as pa

from core.errors import StoreError
from core.servinglog.lines import CALL, REFUSAL, Kind, LineField, LineFormat, why_unreadable
from core.servinglog.segment_files import SegmentReport, read_segment

ATTEMPTS = 3
SUFFIX = ".jsonl"
TABLES = {CALL: "call_lines", REFUSAL: "refusal_lines"}
NOT_A_FILE = -1


def statement(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return (files("core.servinglog") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


class SegmentMirror:
    """Views `calls` and `refusals`, updated from the folder at each use.

    A segment only grows and is soon complete, so one whose size and time have not changed is never
    read again: a log of a million calls is parsed once per process. Lines and files that can't be
    read are in `reports` and don't affect the others.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._root = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
        for form, table in TABLES.items():
            self._root.execute(_create(form, table))
        self._root.execute(statement("schema"))
        self._loaded: dict[str, int] = {}  # segment -> its mark from `_list` when it was read
        self._reports: dict[str, SegmentReport] = {}
        self._has_copies = False

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A new cursor over the log as it is now. Raises StoreError when it can't be read."""
        try:
            self._refresh()
            with closing(self._root.cursor()) as cursor:
                yield cursor
        except (OSError, duckdb.Error) as error:
            raise StoreError(f"The serving log could not be read: {_first_line(error)}") from error

    @property
    def reports(self) -> tuple[SegmentReport, ...]:
        """One report per file from when it was last read, in the order of file names."""
        with self._lock:
            return tuple(self._reports[name] for name in sorted(self._reports))

    def _refresh(self) -> None:
        with self._lock:
            for _ in range(ATTEMPTS):
                found = self._list()
                if found == self._loaded:
                    return
                try:
                    self._replace(found)
                    return
                except FileNotFoundError:  # a segment was deleted after it was listed: list again
                    continue
            raise FileNotFoundError("its segments are deleted while they are read")

    def _list(self) -> dict[str, int]:
        """A mark for each segment, a hash of its size and change time: a file is read again when it
        changes."""
        found: dict[str, int] = {}
        try:
            # Also renamed segments, like `.jsonl.1` and `.jsonl.gz`: they are reported as not read.
            names = [path.name for path in self._directory.iterdir() if SUFFIX in path.name.lower()]
        except FileNotFoundError:
            return found
        for name in names:
            try:
                status = (self._directory / name).stat()
            except OSError:  # deleted meanwhile, or a broken link
                if os.path.lexists(self._directory / name):
                    found[name] = NOT_A_FILE
                continue
            is_file = stat.S_ISREG(status.st_mode)
            found[name] = hash((status.st_size, status.st_ctime_ns)) if is_file else NOT_A_FILE
        return found

    def _replace(self, found: dict[str, int]) -> None:
        changed = [name for name, mark in found.items() if self._loaded.get(name) != mark]
        stale = [_shown(name) for name in (*changed, *(self._loaded.keys() - found.keys()))]
        reports = [SegmentReport(_shown(name)) for name in changed]
        with closing(self._root.cursor()) as cursor:
            cursor.begin()
            try:
                for table in TABLES.values():
                    cursor.execute(
                        f"DELETE FROM {table} WHERE list_contains($stale, segment)",
                        {"stale": stale},
                    )
                for name, report in zip(changed, reports, strict=True):
                    self._load(cursor, self._directory / name, report)
                self._has_copies = _mark_copies(cursor, self._has_copies)
                cursor.commit()
            except BaseException:
                cursor.rollback()
                raise
        self._loaded = found
        for name in stale:
            self._reports.pop(name, None)
        self._reports |= {report.name: report for report in reports}

    def _load(self, cursor: duckdb.DuckDBPyConnection, path: Path, report: SegmentReport) -> None:
        if path.suffix != SUFFIX:
            report.failure = f"not read: its name does not end in {SUFFIX}"
            return
        try:
            for form, lines in read_segment(path, report):
                _insert(cursor, form, lines, report)
        except OSError as error:
            if isinstance(error, FileNotFoundError) and not os.path.lexists(path):
                raise
            report.failure = error.strerror or str(error)


def _insert(
    cursor: duckdb.DuckDBPyConnection, form: LineFormat, lines: pa.Table, report: SegmentReport
) -> None:
    """Inserts all these lines, then deletes those with values out of range and reports them."""
    table = TABLES[form]
    cursor.register("batch", lines)
    cursor.execute(_insert_text(form, table), {"segment": report.name})
    unsound = cursor.execute(
        f"DELETE FROM {table} WHERE segment = $segment AND NOT is_sound RETURNING line_number",
        {"segment": report.name},
    ).fetchall()
    cursor.unregister("batch")
    for (line_number,) in sorted(unsound):
        row = lines["line_number"].index(line_number).as_py()
        report.reject(line_number, why_unreadable(lines["line"][row].as_py().encode()))


def _mark_copies(cursor: duckdb.DuckDBPyConnection, had_copies: bool) -> bool:
    """Marks all but the first of identical lines, in one file or in several, as copies."""
    has_copies = False
    for table in TABLES.values():
        repeated = f"SELECT identity FROM {table} GROUP BY identity HAVING count(*) > 1"
        if cursor.execute(f"SELECT count(*) FROM ({repeated})").fetchone() != (0,):
            has_copies = True
        if has_copies or had_copies:
            cursor.execute(statement("mark_copies").format(table=table, repeated=repeated))
    return has_copies


def _create(form: LineFormat, table: str) -> str:
    columns = "".join(f", {one.name} {one.kind.sql_type}" for one in form.fields)
    return (
        f"CREATE TABLE {table} (segment VARCHAR, line_number BIGINT{columns}, is_sound BOOLEAN, "
        "identity UBIGINT, is_copy BOOLEAN)"
    )


def _insert_text(form: LineFormat, table: str) -> str:
    columns = ", ".join(f"{_value(one)} AS {one.name}" for one in form.fields)
    return statement("load").format(
        table=table,
        columns=columns,
        names=", ".join(one.name for one in form.fields),
        structure=form.structure,
        sound=form.sound,
    )


def _value(field: LineField) -> str:
    if field.kind is Kind.TIME:
        # `encode` writes UTC. The offset is cut off, because a cast would depend on DuckDB's zone.
        return f"TRY_CAST(left(parsed.{field.name}, 26) AS TIMESTAMP)"
    if field.default is None:
        return f"parsed.{field.name}"
    return f"coalesce(parsed.{field.name}, {field.default})"


def _shown(name: str) -> str:
    """A file name as text; bytes that are not UTF-8 are escaped."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
