"""The calibration of a cascade: how often it misses a flag on the site's comments, in a file."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from core.errors import StoreError
from core.moderation.scores import Label
from core.private_files import make_private_folder, open_private_file


@dataclass(frozen=True, slots=True)
class Calibration:
    """The result for `comments` distinct comments from `data`, of which the full model flagged
    `flagged`. The first stage cleared the share `share_cleared` of all and missed `missed` flags;
    at 95 % confidence it misses at most the share `bound`. Valid only for these versions and acting
    edges."""

    full_version: str
    first_version: str
    policy_version: int
    edges: Mapping[Label, float]
    pass_below: float
    comments: int
    flagged: int
    missed: int
    bound: float
    share_cleared: float
    data: str
    made_at: datetime


NOT_CALIBRATED = "nothing was calibrated yet"


def objection(
    calibration: Calibration,
    *,
    full_version: str,
    first_version: str,
    edges: Mapping[Label, float],
    promise: float,
) -> str | None:
    """Why this calibration does not allow the cascade to clear anything; None if it does."""
    if calibration.full_version != full_version:
        return f"it was calibrated for model {calibration.full_version}, not {full_version}"
    if calibration.first_version != first_version:
        return f"it was calibrated for first stage {calibration.first_version}, not {first_version}"
    if calibration.edges != edges:
        return f"policy {calibration.policy_version}, which it was calibrated for, had other edges"
    if calibration.bound > promise:
        return f"its bound of missed flags is {calibration.bound:.2%}, above {promise:.2%}"
    return None


def write_calibration(path: Path, calibration: Calibration) -> None:
    """Atomic: a reader sees the old file or the new one. Raises StoreError."""
    content = asdict(calibration) | {"made_at": calibration.made_at.isoformat()}
    draft = path.with_suffix(".new")
    try:
        make_private_folder(path.parent)
        fd = open_private_file(draft, os.O_WRONLY | os.O_TRUNC)
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            file.write(json.dumps(content, indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise StoreError(f"The calibration could not be written to {path}: {error}") from error


def read_calibration(path: Path) -> Calibration | None:
    """None if there is no file. Raises StoreError naming a file that can't be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"The calibration in {path} could not be read: {error}") from error
    try:
        content = json.loads(text)
        content["edges"] = {Label(label): float(at) for label, at in content["edges"].items()}
        content["made_at"] = datetime.fromisoformat(content["made_at"])
        return Calibration(**content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StoreError(f"{path} is not a calibration; calibrate again: {error!r}") from error
