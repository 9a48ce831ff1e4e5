"""What a backup says of itself: its last part, so that a file that was cut off has none."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from core.errors import UnreadableFile
from core.strict_json import load_strict

FORMAT = 1
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class BackupPart:
    """One file in a backup; `sha256` is of its content."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """`schema` is the version of the state's tables and `state` the part that holds them; `model`
    is the name that MODCONSOLE_MODEL had. `settings` are those of the environment, without secrets.
    `left_out` names what a reader may expect here and won't find."""

    console: str
    made_at: datetime
    state: str
    schema: str
    model: str
    settings: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    parts: tuple[BackupPart, ...] = ()


def to_json(manifest: BackupManifest) -> bytes:
    """The part `MANIFEST` of a backup."""
    written = {"format": FORMAT, **asdict(manifest), "made_at": manifest.made_at.isoformat()}
    return json.dumps(written, indent=1, ensure_ascii=False).encode()


def from_json(data: bytes, where: str) -> BackupManifest:
    """Raises UnreadableFile, naming `where`, for another format or anything that is no manifest."""
    try:
        found: dict[str, Any] = load_strict(data)
        if found.pop("format") != FORMAT:
            raise UnreadableFile(f"{where}: this backup is of a newer version of the console")
        parts = tuple(BackupPart(**part) for part in found.pop("parts"))
        made_at = datetime.fromisoformat(found.pop("made_at"))
        left_out = tuple(found.pop("left_out"))
        return BackupManifest(made_at=made_at, parts=parts, left_out=left_out, **found)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UnreadableFile(f"{where}: its {MANIFEST} can't be read") from error
