"""A backup as one uncompressed tar file: parts in any order, then the manifest that counts them.

Whatever is not exactly as it was written is refused: a file that was cut off or added to, a part
that is missing, doubled or changed.
"""

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO

from core.backup.manifest import MANIFEST, BackupManifest, BackupPart, from_json, to_json
from core.errors import InvalidInput, StoreError, UnreadableFile
from core.identifiers import new_id
from core.private_files import FILE_MODE, make_private_folder, open_private_file

_CHUNK_BYTES = 1 << 20
_END_BYTES = 2 * tarfile.BLOCKSIZE


class _Hashing:
    """A file whose content is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


class BackupWriter:
    """Adds parts to a backup that is not finished yet."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._parts: list[BackupPart] = []

    def add_file(self, name: str, path: Path, *, whole_lines: bool = False) -> bool:
        """Whether the file is still there. Of a file that grows, what it holds now; with
        `whole_lines`, up to its last line's end."""
        try:
            with path.open("rb") as file:
                status = os.fstat(file.fileno())
                size = _end_of_lines(file, status.st_size) if whole_lines else status.st_size
                self._add(name, file, size, status.st_mtime)
        except FileNotFoundError:
            return False
        return True

    def finish(self, manifest: BackupManifest) -> BackupManifest:
        """Adds the manifest, with the parts as they were written."""
        whole = replace(manifest, parts=tuple(self._parts))
        data = to_json(whole)
        self._add(MANIFEST, io.BytesIO(data), len(data))
        return whole

    def _add(self, name: str, file: IO[bytes], size: int, changed_at: float = 0.0) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, FILE_MODE, changed_at
        hashing = _Hashing(file)
        self._tar.addfile(info, hashing)  # type: ignore[arg-type]  # it only reads
        self._parts.append(BackupPart(name, size, hashing.digest.hexdigest()))


def _end_of_lines(file: IO[bytes], size: int) -> int:
    """The place after the last line's end within the first `size` bytes."""
    end = size
    while end > 0:
        start = max(0, end - _CHUNK_BYTES)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            end = start + found + 1
            break
        end = start
    file.seek(0)
    return end


@contextmanager
def written_backup(path: Path) -> Iterator[BackupWriter]:
    """Adds parts to the backup at `path`, which has that name once it is whole and on disk. Raises
    InvalidInput if there is such a file, and StoreError."""
    _check_is_new(path)
    if not path.absolute().parent.is_dir():
        # Not made: a disk that is not mounted would be filled in its place.
        raise InvalidInput(f"{path.absolute().parent} is not there: make it, or mount its disk")
    draft = path.with_name(f"{path.name}.{new_id()}.unfinished")
    try:
        with os.fdopen(open_private_file(draft, os.O_RDWR | os.O_EXCL), "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield BackupWriter(tar)
            file.flush()
            os.fsync(file.fileno())
        _check_is_new(path)
        draft.rename(path)  # not by a link, which many disks for backups don't have
    except (OSError, tarfile.TarError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise StoreError(f"{path}: no backup was made: {reason}") from error
    finally:
        draft.unlink(missing_ok=True)


def _check_is_new(path: Path) -> None:
    if os.path.lexists(path):
        raise InvalidInput(f"{path} is there already: give a backup a name of its own")


def read_backup(path: Path, into: Path | None = None) -> BackupManifest:
    """Reads and compares all of it, and writes its parts below the folder `into`. Raises
    UnreadableFile unless it is whole, and StoreError if it can't be written there."""
    read: list[BackupPart] = []
    try:
        with tarfile.open(path, mode="r:") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is None:
                    raise UnreadableFile(f"{path}: {member.name} is no file")
                if member.name == MANIFEST:
                    manifest = from_json(content.read(), str(path))
                    _check_end(path, tar.offset)
                    _check_parts(path, manifest, read)
                    return manifest
                target = None if into is None else _place(into, member.name, path)
                read.append(_copied(member.name, content, target))
                if target is not None and member.mtime > 0:
                    # The time of some files is what they tell, as a key's last use.
                    os.utime(target, (member.mtime, member.mtime))
    except (tarfile.TarError, EOFError) as error:
        raise UnreadableFile(f"{path} is no backup, or was cut off: {error}") from error
    except OSError as error:
        raise StoreError(f"{error.filename or path}: {error.strerror}") from error
    raise UnreadableFile(f"{path} is no backup, or was cut off: it has no {MANIFEST}")


def _copied(name: str, content: IO[bytes], target: Path | None) -> BackupPart:
    hashing, size = _Hashing(content), 0
    if target is None:
        target = Path(os.devnull)
    else:
        make_private_folder(target.parent)
    with os.fdopen(open_private_file(target, os.O_WRONLY), "wb") as out:
        while data := hashing.read(_CHUNK_BYTES):
            size += out.write(data)
    return BackupPart(name, size, hashing.digest.hexdigest())


def _place(into: Path, name: str, path: Path) -> Path:
    inside = PurePosixPath(name)
    if inside.is_absolute() or ".." in inside.parts or "\\" in name:
        raise UnreadableFile(f"{path}: the part {name!r} would lie outside")
    return into / inside


def _check_end(path: Path, end: int) -> None:
    """Behind the manifest are two empty blocks, and as many more as fill a record."""
    records = -(-(end + _END_BYTES) // tarfile.RECORDSIZE)
    expected = records * tarfile.RECORDSIZE
    if (size := path.stat().st_size) != expected:
        raise UnreadableFile(
            f"{path} was cut off or added to: it has {size:,} bytes and not {expected:,}"
        )


def _check_parts(path: Path, manifest: BackupManifest, read: list[BackupPart]) -> None:
    said, found = {part.name: part for part in manifest.parts}, {part.name: part for part in read}
    wrong = [name for name in said.keys() | found.keys() if said.get(name) != found.get(name)]
    if wrong or len(found) != len(read):
        raise UnreadableFile(f"{path}: {min(wrong, default='a part')} is not as it was written")
