"""The rows of the shared store in the tables of the serving log: only the hours that are asked
for. Adapter: imports duckdb."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import count
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from pyarrow import compute

from core.servinglog import tables
from core.servinglog.lines import LineFormat
from core.servinglog.shared.catalogue import StoredObjects
from core.servinglog.shared.ledger import ROOTS
from core.servinglog.shared.objects import schema_of
from core.servinglog.windows import Span

MOST_ROWS = 1_000_000
"""Hours that are no longer asked for stay loaded up to this number of rows."""


class StoredLog:
    """Adds the store's rows to the tables of a mirror. What can't be read is named in `problem`,
    never raised: the local part of the log stays."""

    def __init__(self, objects: StoredObjects, *, most_rows: int = MOST_ROWS) -> None:
        self._objects = objects
        self._most_rows = most_rows
        self._loaded: dict[str, int] = {}  # the number in the tables, by path
        self._ids = count(-1, -1)

    @property
    def problem(self) -> str | None:
        """One sentence if the figures lack something, else None."""
        return self._objects.problem

    @property
    def row_count(self) -> int:
        """Of the rows in the store, loaded or not, that are not in the local folder."""
        return self._objects.count_rows(self._objects.by_path)

    def refresh(
        self, root: duckdb.DuckDBPyConnection, spans: Sequence[Span], local: frozenset[str]
    ) -> None:
        """Loads the rows of these spans; `local` are the segments that the folder has."""
        is_changed = self._objects.refresh(local)
        known = self._objects.by_path
        wanted = self._objects.paths_in(spans)
        gone = self._loaded.keys() - known.keys()
        missing = sorted(wanted - self._loaded.keys() - self._objects.lost)
        if self._objects.count_rows((self._loaded.keys() - gone) | set(missing)) > self._most_rows:
            gone |= self._loaded.keys() - wanted
        if not (is_changed or gone or missing):
            return
        with closing(root.cursor()) as cursor:
            cursor.begin()
            loaded = self._replace(cursor, gone, missing)
            if is_changed:
                groups = ((o.root, o.hour, group) for o in known.values() for group in o.groups)
                tables.write_groups(cursor, "stored_groups", groups)
            cursor.commit()
        self._loaded = loaded

    def find(self, wanted: str) -> Iterator[tuple[LineFormat, dict[str, Any]]]:
        """The values of rows with that id of a request, a call or a trace, of all hours that are
        not loaded."""
        paths = sorted(self._objects.by_path.keys() - self._loaded.keys())
        for one, rows in self._objects.fetch(paths):
            ids = (one.form.fields[0].name, "caller_request_id", "trace_id")
            first, *others = (compute.equal(rows[name], wanted) for name in ids)
            for other in others:
                first = compute.or_kleene(first, other)
            for values in rows.filter(first).to_pylist():
                yield one.form, values

    def _replace(
        self, cursor: duckdb.DuckDBPyConnection, gone: set[str], missing: Sequence[str]
    ) -> dict[str, int]:
        """What is loaded afterwards."""
        removed = tables.remove(cursor, [self._loaded[path] for path in gone])
        new: dict[str, int] = {}
        for form in ROOTS.values():
            paths = [path for path in missing if self._objects.by_path[path].form is form]
            if paths:
                tables.load_stored(cursor, form, schema_of(form), self._numbered(paths, new))
        tables.mark_copies(cursor, None if removed else list(new.values()))
        kept = {path: number for path, number in self._loaded.items() if path not in gone}
        loaded = kept | new
        names = {number: self._objects.segment_names[path] for path, number in loaded.items()}
        tables.name_segments(cursor, names, are_stored=True)
        return loaded

    def _numbered(self, paths: Sequence[str], new: dict[str, int]) -> Iterator[pa.RecordBatch]:
        """The rows with their place, and in `new` the number of each object that was read."""
        for one, rows in self._objects.fetch(paths):
            new[one.path] = next(self._ids)
            lines = np.arange(1, rows.num_rows + 1, dtype=np.int32)
            place = {"segment_id": np.full_like(lines, new[one.path]), "line_number": lines}
            for name, values in place.items():
                rows = rows.append_column(name, pa.array(values))  # noqa: PLW2901
            yield from rows.to_batches()
