"""What was imported into this home, and how tables were read: small JSON files in one folder."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import StoreError
from core.identifiers import new_id
from core.private_files import make_private_folder, open_private_file
from core.servinglog.importing.columns import ColumnMap
from core.servinglog.importing.durations import DurationUnit
from core.strict_json import load_strict

_FILE, _COLUMNS = "file-", "columns-"


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """One import: the file's content by its SHA-256 and unpacked bytes, how it was read, and what
    came of it. `imported_at` is ISO 8601."""

    sha256: str
    size: int
    lines: int
    calls: int
    name: str
    choices: Mapping[str, str | None]
    imported_at: str


class ImportLedger:
    """Raises StoreError when the folder can't be read or written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def files(self) -> list[ImportedFile]:
        """All imports."""
        found = []
        for path in self._named(_FILE):
            given = _read(path)
            try:
                found.append(ImportedFile(**given))
            except TypeError:
                raise StoreError(f"{path} is damaged: delete it") from None
        return found

    def note_file(self, imported: ImportedFile) -> None:
        """Replaces an entry of the same content."""
        self._write(f"{_FILE}{imported.sha256}.json", asdict(imported))

    def columns(self, signature: str) -> ColumnMap | None:
        """How a table with these columns was read the last time."""
        path = self._folder / f"{_COLUMNS}{signature}.json"
        if not path.is_file():
            return None
        given = _read(path)
        try:
            units = {what: unit and DurationUnit(unit) for what, unit in given["units"].items()}
            return ColumnMap(dict(given["columns"]), units)
        except (KeyError, ValueError, TypeError, AttributeError):
            raise StoreError(f"{path} is damaged: delete it") from None

    def remember_columns(self, signature: str, mapped: ColumnMap) -> None:
        """For the next table with these columns."""
        self._write(f"{_COLUMNS}{signature}.json", asdict(mapped))

    def _named(self, start: str) -> Iterator[Path]:
        try:
            yield from sorted(self._folder.glob(f"{start}*.json"))
        except OSError as error:
            raise StoreError(f"{self._folder}: {error.strerror}") from error

    def _write(self, name: str, content: Mapping[str, Any]) -> None:
        draft = self._folder / f"draft-{new_id()}"
        try:
            make_private_folder(self._folder)
            with os.fdopen(open_private_file(draft, os.O_WRONLY), "w", encoding="utf-8") as file:
                json.dump(content, file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._folder / name)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise StoreError(f"{self._folder}: {error.strerror}") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        given = load_strict(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise StoreError(f"{path} can't be read: delete it")
    return given
