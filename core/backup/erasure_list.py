"""Which authors were erased, in digests, so that an erasure can be repeated in a backup from before
it. The list holds no name: only who has a name can find it there."""

import hashlib
import json
import os
import secrets
from datetime import datetime
from pathlib import Path

from core.errors import StoreError, UnreadableFile
from core.private_files import make_private_folder, open_private_file
from core.strict_json import load_strict

_SALT_BYTES = 16


class ErasureList:
    """A file of lines; each tells a time, a salt and a digest. Processes may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, source: str, author: str, erased_at: datetime) -> None:
        """Notes one; it outlasts a crash once this returns. Raises StoreError and
        UnreadableFile."""
        salt = next((known for known, _ in self._read()), secrets.token_hex(_SALT_BYTES))
        line = {"erased_at": erased_at.isoformat(timespec="seconds"), "salt": salt}
        self._append([line | {"digest": _digest(salt, source, author)}])

    def add_all(self, other: "ErasureList") -> None:
        """Notes what another list has and this one lacks, as a later restore may be given this
        one alone. Raises as `add`."""
        known = set(self._read())
        parsed = [(self._parsed(*line), line[1]) for line in other._lines()]
        self._append([load_strict(line) for key, line in parsed if key not in known])

    def _append(self, entries: list[dict[str, str]]) -> None:
        try:
            make_private_folder(self._path.parent)
            fd = open_private_file(self._path, os.O_WRONLY | os.O_APPEND)
            with os.fdopen(fd, "a", encoding="ascii") as file:
                file.writelines(json.dumps(entry) + "\n" for entry in entries)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StoreError(f"{self._path}: {error.strerror}; nothing is erased") from error

    def check(self) -> None:
        """Raises StoreError and UnreadableFile unless it can be read whole."""
        self._read()

    def listed(self, names: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of the (source, author) that are on the list. Raises as `check`."""
        known = set(self._read())
        salts = {salt for salt, _ in known}
        return {
            (source, author)
            for source, author in names
            if any((salt, _digest(salt, source, author)) in known for salt in salts)
        }

    def _read(self) -> list[tuple[str, str]]:
        return [self._parsed(number, line) for number, line in self._lines()]

    def _lines(self) -> list[tuple[int, bytes]]:
        try:
            return list(enumerate(self._path.read_bytes().splitlines(), 1))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(f"{self._path}: {error.strerror}") from error

    def _parsed(self, number: int, line: bytes) -> tuple[str, str]:
        try:
            found = load_strict(line)
            return str(found["salt"]), str(found["digest"])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise UnreadableFile(
                f"{self._path}, line {number}: is no line of a list of erasures"
            ) from error


def _digest(salt: str, source: str, author: str) -> str:
    return hashlib.sha256(json.dumps([salt, source, author]).encode()).hexdigest()
