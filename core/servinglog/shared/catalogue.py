"""The objects of the shared store that a process reads, and their rows."""

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa

from core.clock import Clock
from core.errors import NotFound, StoreError
from core.servinglog.shared.base import LogStore
from core.servinglog.shared.ledger import ROOTS, StoredObject
from core.servinglog.shared.ledger_reader import FETCHES, LedgerReader
from core.servinglog.shared.objects import DamagedObject, decode
from core.servinglog.shared.spool import read_spool_id
from core.servinglog.windows import Span

HOUR = timedelta(hours=1)


class StoredObjects:
    """The objects of all segments that are not in the local folder, by path: a segment that is
    still there is read there, so that every row counts once."""

    def __init__(self, store: LogStore, folder: Path, clock: Clock) -> None:
        self.by_path: dict[str, StoredObject] = {}
        self.segment_names: dict[str, str] = {}
        """Of the segment that an object's rows come from, by the object's path."""
        self.lost: set[str] = set()
        """Objects that are missing or damaged."""
        self._store = store
        self._folder = folder
        self._ledger = LedgerReader(store, clock)
        self._local: frozenset[str] = frozenset()
        self._by_hour: dict[tuple[str, datetime], list[str]] = {}

    @property
    def problem(self) -> str | None:
        """One sentence if the figures lack something, else None."""
        if self._ledger.failure is not None:
            return f"Calls of other machines may be missing here: {self._ledger.failure}."
        entries, objects = len(self._ledger.unreadable), len(self.lost)
        if not entries and not objects:
            return None
        return (
            f"Calls are missing here: in the log's shared store {objects:,} files "
            f"({self.count_rows(self.lost):,} rows) and {entries:,} entries of the ledger are lost "
            "or damaged; `modconsole logs upload --again` on a machine that still has these "
            "segments stores them anew."
        )

    def refresh(self, local: frozenset[str]) -> bool:
        """Reads the ledger if it is time for that; `local` are the segments in the folder. Whether
        the objects may have changed."""
        # A segment that was deleted here since is in the ledger, and maybe not in the known one.
        is_listed = self._ledger.refresh(at_once=bool(self._local - local))
        if not is_listed and local == self._local:
            return False
        self._local = local
        self._choose(read_spool_id(self._folder))
        self.lost.clear()
        return True

    def paths_in(self, spans: Sequence[Span]) -> set[str]:
        """The objects whose kind and hour are in one of the spans, at least in part."""
        return {
            path
            for (root, hour), paths in self._by_hour.items()
            if any(
                # Not `hour + HOUR > span.since`: the last hour of the calendar has no end.
                ROOTS[root] is span.form and hour < span.until and span.since - hour < HOUR
                for span in spans
            )
            for path in paths
        }

    def count_rows(self, paths: Collection[str]) -> int:
        """The rows of these objects."""
        return sum(self.by_path[path].rows for path in paths)

    def fetch(self, paths: Sequence[str]) -> Iterator[tuple[StoredObject, pa.Table]]:
        """The rows of those objects that can be read, a few at a time; none once the store does not
        answer, until the ledger is listed again."""
        with ThreadPoolExecutor(FETCHES) as pool:
            for start in range(0, len(paths), FETCHES):
                if self._ledger.failure is not None:
                    return
                some = [self.by_path[path] for path in paths[start : start + FETCHES]]
                for one, rows in zip(some, pool.map(self._get, some), strict=True):
                    if rows is not None:
                        yield one, rows

    def _choose(self, own_spool: str | None) -> None:
        self.by_path, self.segment_names = {}, {}
        read_here: set[str] = set()
        for entry in self._ledger.newest():
            is_own = entry.name.spool == own_spool
            paths = {one.path: one for one in entry.objects}
            if is_own and entry.name.segment in self._local:
                read_here |= paths.keys()
                continue
            # Two machines may have processes with the same name and number.
            name = entry.name.segment if is_own else f"{entry.host}/{entry.name.segment}"
            self.by_path |= paths
            self.segment_names |= dict.fromkeys(paths, name)
        # The same rows from a copy of this folder.
        for path in read_here & self.by_path.keys():
            del self.by_path[path]
        self._by_hour = {}
        for path, one in self.by_path.items():
            self._by_hour.setdefault((one.root, one.hour), []).append(path)

    def _get(self, one: StoredObject) -> pa.Table | None:
        try:
            return decode(one, self._store.get(one.path))
        except (NotFound, DamagedObject):
            self.lost.add(one.path)
        except StoreError as error:
            self._ledger.failure = str(error)
        return None
