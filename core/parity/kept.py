"""The figures of the newest comparison of each two backends, without texts. Adapter: a folder with
a JSON file for each pair, moved into place whole."""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from core.errors import StoreError
from core.parity.report import ParityReport
from core.private_files import make_private_folder, open_private_file

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class KeptComparison:
    """Of `compared` comments that both backends scored, `changed` get another decision if `backend`
    takes the place of `reference`; `changed_matched` if the thresholds are moved as well, None if
    they can't be."""

    reference: str
    backend: str
    compared: int
    changed: int
    changed_matched: int | None
    policy_version: int
    made_at: datetime


class ComparisonFolder:
    """The folder may not be there yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def note(self, report: ParityReport) -> None:
        """Keep the figures of each pair, in place of those before. Raises StoreError."""
        try:
            make_private_folder(self._folder)
            for kept in _figures(report):
                self._write(kept)
        except OSError as error:
            raise StoreError(f"the comparison can't be kept: {error.strerror}") from None

    def read(self) -> tuple[KeptComparison, ...]:
        """By name; what can't be read, or was written by a later version, counts as none."""
        with suppress(OSError):
            paths = sorted(self._folder.glob("*.json"))
            found = [kept for path in paths if (kept := _read(path)) is not None]
            return tuple(sorted(found, key=lambda one: (one.reference, one.backend)))
        return ()

    def _write(self, kept: KeptComparison) -> None:
        name = sha256(f"{kept.reference}\n{kept.backend}".encode()).hexdigest()[:32]
        draft = self._folder / f"{name}.{os.getpid()}.draft"
        values = asdict(kept) | {"made_at": kept.made_at.isoformat()}
        try:
            with os.fdopen(open_private_file(draft, os.O_WRONLY | os.O_TRUNC), "w") as file:
                json.dump({"schema_version": SCHEMA_VERSION, **values}, file)
            draft.replace(self._folder / f"{name}.json")
        except OSError:
            with suppress(OSError):
                draft.unlink()
            raise


def _figures(report: ParityReport) -> list[KeptComparison]:
    return [
        KeptComparison(
            reference=report.reference.backend,
            backend=pair.other.backend,
            compared=pair.rows,
            changed=pair.changed,
            changed_matched=pair.changed_carried,
            policy_version=report.policy.version,
            made_at=report.made_at,
        )
        for pair in report.pairs
        if pair.rows
    ]


def _read(path: Path) -> KeptComparison | None:
    try:
        values = json.loads(path.read_text("utf-8"))
        if values.pop("schema_version") != SCHEMA_VERSION:
            return None
        made_at = datetime.fromisoformat(values.pop("made_at"))
        kept = KeptComparison(made_at=made_at, **values)
        return kept if made_at.tzinfo is not None and 0 <= kept.changed <= kept.compared else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
