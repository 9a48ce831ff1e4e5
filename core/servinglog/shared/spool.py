"""The identity of a folder of the log, and which of its segments are finished."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.errors import StoreError
from core.identifiers import new_id
from core.private_files import make_private_folder, open_private_file
from core.servinglog.segment_files import SUFFIX
from core.servinglog.shared.ledger import SEGMENT_NAME, EntryName
from core.servinglog.writer import ROTATE_AFTER_S

SPOOL_FILE = "spool-id"
FINISHED_AFTER = timedelta(seconds=2 * ROTATE_AFTER_S)
"""A writer leaves a segment after half of this."""


@dataclass(frozen=True, slots=True)
class FinishedSegment:
    """A file of the folder that nobody writes to any more."""

    path: Path
    name: EntryName
    age: timedelta


def read_spool_id(folder: Path) -> str | None:
    """None if nothing was uploaded from the folder yet. A copy of the folder keeps its identity, so
    that the copy's segments are the same ones."""
    try:
        return (folder / SPOOL_FILE).read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise StoreError(f"{folder / SPOOL_FILE} can't be read: {error}") from error


def make_spool_id(folder: Path) -> str:
    """The identity, new on the first use; two processes at once get the same one."""
    known = read_spool_id(folder)
    if known is not None:
        return known
    draft = folder / f"{SPOOL_FILE}-{new_id()}"
    try:
        make_private_folder(folder)
        fd = open_private_file(draft, os.O_WRONLY)
        try:
            os.write(fd, new_id().encode())
            os.fsync(fd)
        finally:
            os.close(fd)
        # Unlike a rename, a link never replaces the file of another process.
        (folder / SPOOL_FILE).hardlink_to(draft)
    except FileExistsError:
        pass
    except OSError as error:
        raise StoreError(f"{folder}: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
    found = read_spool_id(folder)
    assert found is not None  # it was just made
    return found


def finished_segments(
    folder: Path, spool: str, now: datetime
) -> tuple[list[FinishedSegment], list[str]]:
    """The finished segments, oldest first, and names that no store can hold.

    A file that was written to in the last two minutes counts as unfinished. One dated far in the
    future was written before the clock was put back.
    """
    found, odd = [], []
    for path in folder.glob(f"*{SUFFIX}"):
        try:
            status = path.stat()
        except OSError:  # deleted meanwhile, or a broken link, which the pages report
            continue
        age = now - datetime.fromtimestamp(status.st_mtime, UTC)
        if not path.is_file() or abs(age) < FINISHED_AFTER:
            continue
        if SEGMENT_NAME.fullmatch(path.name) is None:
            odd.append(path.name)
            continue
        name = EntryName(spool, path.name, status.st_size)
        found.append(FinishedSegment(path, name, age))
    return sorted(found, key=lambda one: (-one.age, one.name)), sorted(odd)
