"""The ledger of the shared store: for each uploaded segment, which objects hold its rows.

An entry is an object of its own, `ledger/<spool>/<segment>-<bytes>.json`, and is written after the
objects that it lists. So an upload that is cut leaves objects that no entry lists, which no reader
reads; machines that upload at once never write to the same entry, and need no lock; and the list of
the paths says what is uploaded, without reading any entry.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from core.servinglog.lines import CALL, REFUSAL, LineFormat
from core.strict_json import load_strict

LEDGER = "ledger"
VERSION = 1
ROOTS = {"calls": CALL, "refusals": REFUSAL}
SEGMENT_NAME = re.compile(r"[A-Za-z0-9_.-]{1,200}\.jsonl")
"""Names that are safe in a path of any store; every name that SegmentWriter gives is one."""
_ENTRY = re.compile(rf"{LEDGER}/([0-9a-f]{{32}})/([A-Za-z0-9_.-]+)-([0-9]{{1,18}})\.json")
_OBJECT = re.compile(
    r"(calls|refusals)/date=([0-9]{4}-[0-9]{2}-[0-9]{2})/hour=([0-9]{2})/([0-9a-f]{64})\.parquet"
)


class UnreadableEntry(ValueError):
    """Why an object of the ledger is not an entry."""


@dataclass(frozen=True, slots=True, order=True)
class EntryName:
    """A segment of a spool, which is one machine's folder of the log, with its size in bytes: a
    segment that has grown since gets a second entry, and only the largest counts."""

    spool: str
    segment: str
    size_bytes: int

    @property
    def path(self) -> str:
        """Of the entry in the store."""
        return f"{LEDGER}/{self.spool}/{Path(self.segment).stem}-{self.size_bytes}.json"


class Group(NamedTuple):
    """A backend in one mode, or one reason of refusals: how many rows or requests, and when."""

    key: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One Parquet object: rows of one segment and one hour. Its name is the SHA-256 of its
    content."""

    path: str
    rows: int
    groups: tuple[Group, ...]

    @property
    def root(self) -> str:
        """The folder of its kind."""
        return self.path.partition("/")[0]

    @property
    def form(self) -> LineFormat:
        """The kind of its rows."""
        return ROOTS[self.root]

    @property
    def hour(self) -> datetime:
        """When its hour starts, UTC."""
        _, date, hour, _ = self.path.split("/")
        return datetime.fromisoformat(f"{date[5:]}T{hour[5:]}:00:00+00:00")

    @property
    def sha256(self) -> str:
        """The digest that its content must have."""
        return Path(self.path).stem


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A segment in the store. `rows` counts each distinct line once, `unreadable` the lines that
    are not in the store because they are no records."""

    name: EntryName
    sha256: str
    rows: int
    unreadable: int
    uploaded_at: datetime
    host: str
    worker: str
    objects: tuple[StoredObject, ...]

    def encode(self) -> bytes:
        """The content of the entry's object."""
        given = {"version": VERSION, **asdict(self)}
        return json.dumps(given, default=datetime.isoformat).encode() + b"\n"


def entry_names(paths: Iterable[str]) -> dict[str, EntryName]:
    """The names of entries by their paths; other paths are left out."""
    found = ((path, _ENTRY.fullmatch(path)) for path in paths)
    return {
        path: EntryName(match[1], f"{match[2]}.jsonl", int(match[3]))
        for path, match in found
        if match is not None
    }


def read_entry(content: bytes, name: EntryName) -> LedgerEntry:
    """Raises UnreadableEntry if it is cut or changed, or of a later version."""
    try:
        given = load_strict(content)
        if given.pop("version") != VERSION:
            raise UnreadableEntry("a later version of the console wrote it")
        found = LedgerEntry(
            name=EntryName(**given.pop("name")),
            uploaded_at=_time(given.pop("uploaded_at")),
            objects=tuple(_object(one) for one in given.pop("objects")),
            **given,
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        if isinstance(error, UnreadableEntry):
            raise
        raise UnreadableEntry("it is cut off or changed") from None
    if found.name != name or found.rows != sum(one.rows for one in found.objects):
        raise UnreadableEntry("it is cut off or changed")
    return found


def _object(given: dict[str, Any]) -> StoredObject:
    if _OBJECT.fullmatch(given["path"]) is None:
        raise ValueError("a path outside of the store")
    groups = tuple(
        Group(tuple(key), _time(first_at), _time(last_at), int(number))
        for key, first_at, last_at, number in given["groups"]
    )
    found = StoredObject(given["path"], int(given["rows"]), groups)
    _ = found.hour  # raises for a day that no calendar has
    return found


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
