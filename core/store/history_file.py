"""The kept history as one file of numpy arrays in the home folder.

It holds no text and no name: texts are named by their revision, people and authors by numbers.
"""

import logging
import os
import zipfile
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import numpy as np

from core.errors import StoreError
from core.identifiers import new_id
from core.moderation.history import History
from core.moderation.scores import Label
from core.private_files import open_private_file
from core.store.history_base import KeptHistory

_logger = logging.getLogger(__name__)
HISTORY_FILE = "history.npz"
_FORM = 2
"""Of this file; one in another form is not used."""
_PLAIN = [each.name for each in fields(History) if each.name != "scores"]


class HistoryFile:
    """Implements `core.store.history_base.HistoryKeeper`. Processes may share it: each puts a whole
    file in the place of the one before, and what it holds is checked against the audit log."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> KeptHistory | None:
        try:
            with self._path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                return _kept_of(stored) if int(stored["form"]) == _FORM else None
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            _logger.warning("%s can't be used and is made anew: %s", self._path, error)
            return None

    def save(self, kept: KeptHistory) -> None:
        columns = {name: getattr(kept.history, name) for name in _PLAIN}
        scores = {f"score_{label}": column for label, column in kept.history.scores.items()}
        facts = {
            "form": np.array(_FORM),
            "seq": np.array(kept.seq),
            "link": np.array(kept.link.encode()),
            "unsettled": np.array(sorted(each.encode() for each in kept.unsettled), np.bytes_),
        }
        part = self._path.with_name(f"{self._path.name}.{new_id()}.part")
        try:
            self._remove_parts()
            with os.fdopen(open_private_file(part, os.O_WRONLY | os.O_EXCL), "wb") as file:
                np.savez(file, **columns, **scores, **facts)  # type: ignore[arg-type]
            part.replace(self._path)
        except OSError as error:
            _logger.warning("%s can't be written: %s", self._path, error.strerror)
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def forget(self) -> None:
        try:
            self._remove_parts()
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"{self._path}: {error.strerror}") from error

    def _remove_parts(self) -> None:
        """Those that killed processes left. One that is just being written by another process is
        lost with them, and that process keeps nothing this time."""
        for part in self._path.parent.glob(f"{self._path.name}.*.part"):
            part.unlink(missing_ok=True)


def _kept_of(stored: "np.lib.npyio.NpzFile") -> KeptHistory:
    scores = {label: stored[f"score_{label}"] for label in Label}
    return KeptHistory(
        History(scores=scores, **{name: stored[name] for name in _PLAIN}),
        seq=int(stored["seq"]),
        link=bytes(stored["link"][()]).decode(),
        unsettled=frozenset(each.decode() for each in stored["unsettled"]),
    )
