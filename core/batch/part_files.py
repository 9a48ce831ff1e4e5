"""Unfinished results: a file beside the final one, locked while its process is running.

A killed process leaves its part behind, and the next start removes it. The system releases the
locks of a dead process, so a locked part is still being written.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.identifiers import new_id

_PART = re.compile(
    r"\..+\.(?:parquet|csv|jsonl|json)\.[0-9a-f]{32}\.part", re.IGNORECASE | re.DOTALL
)


@contextmanager
def new_part(out: Path) -> Iterator[Path]:
    """An empty file for the results; removed at the end unless it was renamed to `out`."""
    remove_dead_parts(out.parent)
    part, lock = _locked_part(out)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)
        os.close(lock)


def remove_dead_parts(folder: Path) -> None:
    """Removes the parts that killed processes left; keeps those still being written."""
    for path in folder.iterdir():
        if _PART.fullmatch(path.name) and path.is_file() and not path.is_symlink():
            _remove_if_dead(path)


def _remove_if_dead(path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return  # another process removed it first, or it belongs to another user
    try:
        if _is_locked_now(descriptor):
            path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def _locked_part(out: Path) -> tuple[Path, int]:
    while True:
        part = out.with_name(f".{out.name}.{new_id()}.part")
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        # Another process may have removed it before it was locked.
        if _is_locked_now(descriptor) and part.exists():
            return part, descriptor
        os.close(descriptor)


def _is_locked_now(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
