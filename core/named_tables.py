"""Reads a TOML file of named tables, as in `[job.nightly]`."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import ConfigError

_NAMES = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
_LONGEST_NAME = 60


def read_named_tables(path: Path, kind: str) -> dict[str, Mapping[str, Any]] | None:
    """The tables `[kind.NAME]` by name, in the order of the file; None without a file. Raises
    ConfigError naming the file, and the table or entry that is wrong."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path.name} can't be read: {error}") from None
    if unknown := content.keys() - {kind}:
        raise ConfigError(f"{path.name}: unknown entry {min(unknown)!r}; {kind}s are [{kind}.NAME]")
    tables = content.get(kind, {})
    if not isinstance(tables, dict):
        raise ConfigError(f"{path.name}: {kind}s are [{kind}.NAME]")
    for name, table in tables.items():
        place = f"{path.name}, {kind} {name!r}"
        if not name or len(name) > _LONGEST_NAME or not set(name) <= _NAMES:
            raise ConfigError(f"{place}: a name has small letters, digits, `-` and `_`")
        if not isinstance(table, dict):
            raise ConfigError(f"{place} is not a table")
    return tables
