"""The address of a database, as one types it: a file, `md:NAME` or a URL."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from core.errors import InvalidInput

DUCKDB_SUFFIXES = (".duckdb", ".ddb")
SQLITE_SUFFIXES = (".sqlite", ".sqlite3")
_PASSWORD = re.compile(r"(?i)(password|passwd|pwd|token)=[^&\s]*")


class DatabaseKind(StrEnum):
    """What can be read and written; the values are for messages."""

    DUCKDB = "DuckDB"
    MOTHERDUCK = "MotherDuck"
    POSTGRESQL = "PostgreSQL"
    SQLITE = "SQLite"


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """`target` is what the driver opens: a path, `md:NAME` or a URL. `name` is for messages: it
    holds no password."""

    kind: DatabaseKind
    target: str
    name: str

    @property
    def path(self) -> Path | None:
        """The file, for a database that is one."""
        is_file = self.kind in (DatabaseKind.DUCKDB, DatabaseKind.SQLITE)
        return Path(self.target) if is_file else None

    def is_same(self, other: "DatabaseAddress") -> bool:
        """Whether both are one database, as far as their names tell."""
        mine, theirs = self.path, other.path
        if mine is not None and theirs is not None:
            return self.kind is other.kind and mine.resolve() == theirs.resolve()
        return (self.kind, self.target) == (other.kind, other.target)


def database_address(text: str) -> DatabaseAddress | None:
    """None if the text is not the address of a database. Raises InvalidInput for a URL of a kind
    that isn't known."""
    if text.startswith("md:"):
        return DatabaseAddress(DatabaseKind.MOTHERDUCK, text, _PASSWORD.sub(r"\1=...", text))
    scheme, separator, rest = text.partition("://")
    if separator:
        return _of_url(scheme.lower(), rest, text)
    suffix = Path(text).suffix.lower()
    for kind, suffixes in (
        (DatabaseKind.DUCKDB, DUCKDB_SUFFIXES),
        (DatabaseKind.SQLITE, SQLITE_SUFFIXES),
    ):
        if suffix in suffixes:
            return DatabaseAddress(kind, text, Path(text).name)
    return None


def _of_url(scheme: str, rest: str, text: str) -> DatabaseAddress:
    if scheme in ("postgresql", "postgres"):
        return DatabaseAddress(DatabaseKind.POSTGRESQL, text, without_password(text))
    if scheme in ("sqlite", "duckdb"):
        kind = DatabaseKind.SQLITE if scheme == "sqlite" else DatabaseKind.DUCKDB
        # As SQLAlchemy writes it: three slashes before a relative path, four before an absolute.
        path = rest.removeprefix("/")
        if not path:
            raise InvalidInput(f"{text} names no file: write {scheme}:///path/to/file")
        return DatabaseAddress(kind, path, Path(path).name)
    raise InvalidInput(
        f"{scheme}:// is no kind of database that can be read: write a .duckdb file, md:NAME, "
        "postgresql://, sqlite:/// or the name of a CSV, JSON lines or Parquet file"
    )


def without_password(url: str) -> str:
    """The URL for messages."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "the database"
    user, at, host = parts.netloc.rpartition("@")
    shown = f"{user.partition(':')[0]}{at}{host}"
    return urlunsplit(parts._replace(netloc=shown, query=_PASSWORD.sub(r"\1=...", parts.query)))
