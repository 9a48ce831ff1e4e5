"""The ledger of the shared store as one process knows it: each entry is fetched once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from core.clock import Clock
from core.errors import NotFound, StoreError
from core.servinglog.shared.base import LogStore
from core.servinglog.shared.ledger import (
    LEDGER,
    EntryName,
    LedgerEntry,
    UnreadableEntry,
    entry_names,
    read_entry,
)

RELIST_S = 60.0
"""Segments are finished once a minute, so the list changes no faster."""
FETCHES = 8


class LedgerReader:
    """`unreadable` are the paths of entries that are cut or changed; they are tried again with each
    new list. `failure` is why the store can't be read now; what is known stays."""

    def __init__(self, store: LogStore, clock: Clock) -> None:
        self.unreadable: frozenset[str] = frozenset()
        self.failure: str | None = None
        self._store = store
        self._clock = clock
        self._entries: dict[str, LedgerEntry] = {}
        self._listed_s: float | None = None

    def refresh(self, *, at_once: bool) -> bool:
        """List the ledger anew, at most once a minute unless `at_once`. Whether it did."""
        now_s = self._clock.monotonic()
        if self._listed_s is not None and now_s - self._listed_s < RELIST_S and not at_once:
            return False
        self._listed_s = now_s
        try:
            names = entry_names(self._store.paths(LEDGER))
            new = {path: name for path, name in names.items() if path not in self._entries}
            with ThreadPoolExecutor(FETCHES) as pool:
                found = dict(zip(new, pool.map(self._fetch, new.values()), strict=True))
        except StoreError as error:
            self.failure = str(error)
            return True
        kept = {path: one for path, one in self._entries.items() if path in names}
        self._entries = kept | {path: one for path, one in found.items() if one is not None}
        self.unreadable = frozenset(path for path, one in found.items() if one is None)
        self.failure = None
        return True

    def newest(self) -> Iterator[LedgerEntry]:
        """One entry a segment: the one of its largest size."""
        newest: dict[tuple[str, str], LedgerEntry] = {}
        for entry in self._entries.values():
            key = (entry.name.spool, entry.name.segment)
            if key not in newest or newest[key].name.size_bytes < entry.name.size_bytes:
                newest[key] = entry
        yield from newest.values()

    def _fetch(self, name: EntryName) -> LedgerEntry | None:
        try:
            return read_entry(self._store.get(name.path), name)
        except (NotFound, UnreadableEntry):
            return None
