"""The segments in the folder of a serving log, and what shows that one has changed."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from core.servinglog.segment_files import SUFFIX


@dataclass(frozen=True, slots=True)
class Mark:
    """What shows that a file has changed: its identity, size and change time. None is no file."""

    file_id: tuple[int, int] | None = None
    size: int = 0
    changed_ns: int = 0

    def is_grown_from(self, earlier: "Mark") -> bool:
        """Whether it is the same file, and longer."""
        return self.file_id == earlier.file_id and self.size > earlier.size


def list_segments(directory: Path) -> dict[str, Mark]:
    """A mark for each segment in the folder, by name. Raises OSError."""
    found: dict[str, Mark] = {}
    try:
        # Also renamed segments, like `.jsonl.1` and `.jsonl.gz`: they are reported as not read.
        names = [path.name for path in directory.iterdir() if SUFFIX in path.name.lower()]
    except FileNotFoundError:
        return found
    for name in names:
        try:
            status = (directory / name).stat()
        except OSError:  # deleted meanwhile, or a broken link
            if os.path.lexists(directory / name):
                found[name] = Mark()
            continue
        file_id = (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None
        found[name] = Mark(file_id, status.st_size, status.st_ctime_ns) if file_id else Mark()
    return found
