"""The archive's folder on disk: its manifest, its files, and the lock of the process that changes
it."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from core.errors import StoreError
from core.identifiers import new_id
from core.private_files import make_private_folder, narrow, open_private_file
from core.servinglog.archive.manifest import (
    ArchiveManifest,
    UnreadableManifest,
    encode_manifest,
    read_manifest,
)
from core.servinglog.shared.folder import DRAFT, sync_folder

ARCHIVE = "archive"
_MANIFEST = "manifest.json"
_LOCK = "lock"


class ManifestMark(NamedTuple):
    """What shows that the manifest was replaced."""

    file_id: int
    size: int
    changed_ns: int


class ArchivePlace:
    """The folder `archive` in the folder of a serving log. A missing one is an empty archive."""

    def __init__(self, log_folder: Path) -> None:
        self.folder = log_folder / ARCHIVE
        self._manifest = self.folder / _MANIFEST

    def mark(self) -> ManifestMark | None:
        """Of the manifest as it is now; None without one."""
        try:
            status = self._manifest.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return ManifestMark(status.st_ino, status.st_size, status.st_mtime_ns)

    def read(self) -> ArchiveManifest:
        """Raises StoreError, and OSError if the file can't be read."""
        try:
            return read_manifest(self._manifest.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return ArchiveManifest()
        except UnreadableManifest as error:
            raise StoreError(f"{self._manifest} can't be used: {error}") from None

    def write(self, manifest: ArchiveManifest) -> None:
        """Replace the manifest. It outlasts a crash once this returns."""
        draft = self.draft()
        fd = open_private_file(draft, os.O_WRONLY)
        with os.fdopen(fd, "wb") as file:
            file.write(encode_manifest(manifest))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._manifest)
        sync_folder(self.folder)

    def draft(self) -> Path:
        """A new name for a file that is still being written."""
        make_private_folder(self.folder)
        return self.folder / f"{DRAFT}{new_id()}"

    def keep(self, draft: Path, folder: str) -> str:
        """Moves a finished draft into that folder of the archive, named by its content, and returns
        its path there. It outlasts a crash."""
        narrow(draft)
        with draft.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        path = f"{folder}/{digest}.parquet"
        target = self.folder / path
        make_private_folder(target.parent)
        draft.replace(target)
        sync_folder(target.parent)
        return path

    def file(self, path: str) -> str:
        """The name on disk of a file of the archive."""
        return str(self.folder / path)

    def remove(self, path: str) -> None:
        """Delete a file, and the folders that become empty; a missing one is no error."""
        target = self.folder / path
        target.unlink(missing_ok=True)
        for parent in target.relative_to(self.folder).parents[:-1]:
            try:
                (self.folder / parent).rmdir()
            except OSError:  # not empty, or gone
                return

    def strays(self, known: frozenset[str]) -> Iterator[str]:
        """Files that neither the manifest nor this class needs: left by a process that ended
        amid its work."""
        for parent, _, names in os.walk(self.folder):
            place = Path(parent).relative_to(self.folder)
            for path in ((place / name).as_posix() for name in names):
                if path not in known and path not in (_MANIFEST, _LOCK):
                    yield path

    @contextmanager
    def locked(self) -> Iterator[bool]:
        """Whether this process alone may change the archive now. The lock ends with the process."""
        make_private_folder(self.folder)
        fd = open_private_file(self.folder / _LOCK, os.O_RDWR)
        try:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
        finally:
            os.close(fd)
