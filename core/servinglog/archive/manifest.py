"""The manifest of an archive: which files hold the rows of each hour and the sums of each day.

Only what the manifest names counts. It is replaced at once, after the files that it names are on
disk; so a compaction that is killed leaves the archive as it was.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from core.servinglog.lines import LineFormat
from core.servinglog.shared.ledger import ROOTS, Group
from core.strict_json import load_strict

VERSION = 1
_FILE = re.compile(
    r"(?:(?:calls|refusals)/date=\d{4}-\d\d-\d\d/hour=\d\d|(?:minutes|hours)/date=\d{4}-\d\d-\d\d)"
    r"/[0-9a-f]{64}\.parquet"
)


class UnreadableManifest(ValueError):
    """Why the content of a file is not a manifest, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class ArchivedHour:
    """The calls that started in an hour, or its refusals, each once. `groups` counts them by
    backend and mode, or by reason. `path` is None once the rows were deleted by age."""

    root: str
    start: datetime
    rows: int
    size_bytes: int
    path: str | None
    groups: tuple[Group, ...]

    @property
    def form(self) -> LineFormat:
        """The kind of its rows."""
        return ROOTS[self.root]


@dataclass(frozen=True, slots=True)
class DaySums:
    """The files with the sums of a day's calls, by minute and by hour."""

    minutes: str
    hours: str


@dataclass(frozen=True, slots=True)
class ArchiveManifest:
    """`taken` are the segments, with their size in bytes, whose rows are here and whose file may
    not be deleted yet. `duplicates` counts lines that were copies of a row. `replaced` are files
    that are no longer named, since when, so that processes that read them can finish."""

    hours: Mapping[tuple[str, datetime], ArchivedHour] = field(default_factory=dict)
    sums: Mapping[date, DaySums] = field(default_factory=dict)
    duplicates: int = 0
    taken: Mapping[str, int] = field(default_factory=dict)
    replaced: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def row_count(self) -> int:
        """Rows of all hours, also of those that are kept as sums only."""
        return sum(one.rows for one in self.hours.values())

    @property
    def paths(self) -> frozenset[str]:
        """All files that it names, those that are replaced included."""
        rows = {one.path for one in self.hours.values() if one.path is not None}
        sums = {path for one in self.sums.values() for path in (one.minutes, one.hours)}
        return frozenset(rows | sums | self.replaced.keys())


def encode_manifest(manifest: ArchiveManifest) -> bytes:
    """The content of its file."""
    given = {
        "version": VERSION,
        "hours": [
            [one.root, one.start, one.rows, one.size_bytes, one.path, one.groups]
            for one in manifest.hours.values()
        ],
        "sums": [[str(day), one.minutes, one.hours] for day, one in manifest.sums.items()],
        "duplicates": manifest.duplicates,
        "taken": manifest.taken,
        "replaced": manifest.replaced,
    }
    return json.dumps(given, default=datetime.isoformat, separators=(",", ":")).encode() + b"\n"


def read_manifest(content: bytes) -> ArchiveManifest:
    """Raises UnreadableManifest if it is cut or changed, or of a later version."""
    try:
        given = load_strict(content)
        if given["version"] > VERSION:
            raise UnreadableManifest("a later version of the console wrote it")
        return ArchiveManifest(
            hours={(one.root, one.start): one for one in map(_hour, given["hours"])},
            sums={
                date.fromisoformat(day): DaySums(_path(minutes), _path(hours))
                for day, minutes, hours in given["sums"]
            },
            duplicates=int(given["duplicates"]),
            taken={str(name): int(size) for name, size in given["taken"].items()},
            replaced={_path(path): _time(since) for path, since in given["replaced"].items()},
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        if isinstance(error, UnreadableManifest):
            raise
        raise UnreadableManifest("it is cut off or changed") from None


def groups_of(rows: Iterable[tuple[Any, ...]]) -> tuple[Group, ...]:
    """From rows of key, first and last time without a zone, and number."""
    return tuple(
        Group(tuple(key), first.replace(tzinfo=UTC), last.replace(tzinfo=UTC), int(number))
        for key, first, last, number in rows
    )


def _hour(given: list[Any]) -> ArchivedHour:
    root, start, rows, size_bytes, path, groups = given
    _ = ROOTS[root]
    return ArchivedHour(
        root,
        _time(start),
        int(rows),
        int(size_bytes),
        None if path is None else _path(path),
        tuple(
            Group(tuple(key), _time(first), _time(last), int(number))
            for key, first, last, number in groups
        ),
    )


def _path(given: str) -> str:
    if _FILE.fullmatch(given) is None:
        raise ValueError("a path outside of the archive")
    return given


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
