"""A folder as the shared store of the log: a mounted network drive, for example."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import LogStoreUnavailable, NotFound, StoreError
from core.identifiers import new_id

DRAFT = ".draft-"
"""The names of files that are still being written begin so; no reader lists them."""
_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)


class FolderLogStore:
    """The folder must exist: one that is not there may be a drive that is not mounted, and making
    it would put the log on another disk. Its rights and the umask say which accounts may read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        return str(self._folder)

    def put(self, path: str, content: bytes) -> None:
        target = self._folder / path
        draft = target.with_name(f"{DRAFT}{new_id()}")
        with self._translated():
            self._check_folder()
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                _write(draft, content)
                draft.replace(target)
            except OSError:
                draft.unlink(missing_ok=True)
                raise
            sync_folder(target.parent)

    def get(self, path: str) -> bytes:
        with self._translated():
            self._check_folder()
            try:
                return (self._folder / path).read_bytes()
            except FileNotFoundError:
                raise NotFound(f"{path} is not in {self.name}") from None

    def paths(self, folder: str) -> frozenset[str]:
        def refuse(error: OSError) -> None:
            if not isinstance(error, FileNotFoundError):  # nothing was put there yet
                raise error

        found = set()
        with self._translated():
            self._check_folder()
            for parent, _, names in os.walk(self._folder / folder, onerror=refuse):
                place = Path(parent).relative_to(self._folder)
                found |= {
                    (place / name).as_posix() for name in names if name[: len(DRAFT)] != DRAFT
                }
        return frozenset(found)

    def _check_folder(self) -> None:
        if not self._folder.is_dir():
            raise LogStoreUnavailable(
                f"the shared store of the log, {self.name}, is not a folder: mount or make it"
            )

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            why = f"the shared store of the log, {self.name}: {error.strerror or error}"
            kind = StoreError if error.errno in _NOT_ALLOWED else LogStoreUnavailable
            raise kind(why) from error


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Without this a power cut may undo the rename."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
