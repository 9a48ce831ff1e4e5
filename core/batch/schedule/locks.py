"""Locks on files, which the system drops when their process ends, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import Conflict, StoreError
from core.private_files import make_private_folder, open_private_file


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """While this process schedules, no other one may. Raises Conflict."""
    make_private_folder(folder)
    lock = open_private_file(folder / "lock", os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise Conflict("another process runs the jobs: there can be one") from None
    try:
        yield
    finally:
        os.close(lock)


def is_scheduling(folder: Path) -> bool:
    """Whether a process runs the jobs now."""
    try:
        lock = os.open(folder / "lock", os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


@contextmanager
def job_lock(folder: Path, job: str) -> Iterator[int]:
    """The descriptor of the job's lock. The process of the job inherits it, so that the job counts
    as running until that ends, even if its scheduler was killed. Raises StoreError, or Conflict
    while it runs."""
    try:
        make_private_folder(folder)
        lock = open_private_file(folder / f"{job}.lock", os.O_RDWR)
    except OSError as error:
        raise StoreError(f"the job {job} can't be locked: {error.strerror}") from None
    try:
        _take(lock, job)
        yield lock
    finally:
        os.close(lock)


def _take(lock: int, job: str) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Conflict(f"the job {job} is running already") from None
