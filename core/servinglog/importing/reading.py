"""Reads a file that is imported, line by line or row by row, in little memory."""

import codecs
import gzip
import hashlib
import os
import stat
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from core.errors import UnreadableFile
from core.servinglog.lines import MAX_LINE_BYTES

ROWS_AT_ONCE = 2_000
_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"
_PACKED = {
    b"PK\x03\x04": "a zip archive: unpack it first",
    b"\x28\xb5\x2f\xfd": "packed by zstd: unpack it first",
    b"\xfd7zXZ\x00": "packed by xz: unpack it first",
    b"BZh": "packed by bzip2: unpack it first",
    codecs.BOM_UTF16_LE: "UTF-16: convert it to UTF-8 first",
    codecs.BOM_UTF16_BE: "UTF-16: convert it to UTF-8 first",
}
_HEAD_BYTES = 8_192


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a text, or a row of a table by column, numbered from 1. `problem` is why it can't
    be read; then there is no content."""

    number: int
    content: str | dict[str, Any] | None
    problem: str | None = None


class LogReading:
    """One pass over a file: `size` and `sha256` are of what was read so far, unpacked.

    It ends where the file ended when the pass began, or at `until`. A last line without its end
    may still grow: it is left out, in `unended`, unless it is whole JSON.
    """

    def __init__(self, path: Path, until: int | None = None) -> None:
        self.path = path
        self.size = 0
        self.unended: int | None = None
        self._until = until
        self._number = 0
        self._digest = hashlib.sha256()
        self._head = _head(path)
        self.is_parquet = self._head.startswith(_PARQUET)

    @property
    def sha256(self) -> str:
        """Hexadecimal."""
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[Entry]:
        try:
            yield from self._rows() if self.is_parquet else self._lines()
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise UnreadableFile(f"{self.path}: its gzip data is cut off or damaged") from None
        except OSError as error:
            raise UnreadableFile(f"{self.path}: {error.strerror or error}") from None

    def _lines(self) -> Iterator[Entry]:
        with _opened(self.path) as raw:
            is_packed = self._head.startswith(_GZIP)
            limit = self._until
            if limit is None and not is_packed:
                limit = os.fstat(raw.fileno()).st_size
            file = cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if is_packed else raw
            while limit is None or self.size < limit:
                if not (yield from self._next(file, limit)):
                    return

    def _next(self, file: IO[bytes], limit: int | None) -> Generator[Entry, None, bool]:
        """Yields the next line, if it is whole; returns whether more may follow."""
        line = file.readline(MAX_LINE_BYTES + 1)
        if not line:
            return False
        entry, size, digest = _entry(line, self._number + 1), len(line), self._digest.copy()
        digest.update(line)
        while line and not line.endswith(b"\n"):  # longer than the limit, or the last one
            line = file.readline(MAX_LINE_BYTES + 1)
            digest.update(line)
            size += len(line)
        is_whole = line.endswith(b"\n") or _is_json(entry.content)
        if not is_whole or (limit is not None and self.size + size > limit):
            self.unended = entry.number
            return False
        self._number, self._digest = entry.number, digest
        self.size += size
        yield entry
        return True

    def _rows(self) -> Iterator[Entry]:
        import pyarrow as pa
        from pyarrow import parquet

        with _opened(self.path) as raw:
            while block := raw.read(1 << 20):
                self._digest.update(block)
                self.size += len(block)
            try:
                number = 0
                with parquet.ParquetFile(raw) as table:
                    for batch in table.iter_batches(batch_size=ROWS_AT_ONCE):
                        for row in batch.to_pylist():
                            number += 1
                            yield Entry(number, row)
            except (pa.ArrowException, ValueError) as error:
                why = str(error).splitlines()[0] if str(error) else type(error).__name__
                raise UnreadableFile(f"{self.path}: no Parquet that can be read: {why}") from None


def _entry(line: bytes, number: int) -> Entry:
    if len(line) > MAX_LINE_BYTES:
        return Entry(number, None, f"longer than {MAX_LINE_BYTES:,} bytes")
    try:
        text = line.removeprefix(codecs.BOM_UTF8 if number == 1 else b"").decode("utf-8")
    except UnicodeDecodeError:
        return Entry(number, None, "not UTF-8")
    return Entry(number, text.rstrip("\r\n"))


def _is_json(content: object) -> bool:
    # Text may be cut anywhere and look whole; an object of JSON may not.
    from core.servinglog.importing.calls import UnusableLine
    from core.servinglog.importing.formats.json_lines import object_of

    if not isinstance(content, str) or not content.startswith("{"):
        return False
    try:
        object_of(content)
    except UnusableLine:
        return False
    return True


def _head(path: Path) -> bytes:
    """The first bytes. Raises UnreadableFile for what is no text, gzip or Parquet."""
    try:
        with _opened(path) as file:
            head: bytes = file.read(_HEAD_BYTES)
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror or error}") from None
    for magic, what in _PACKED.items():
        if head.startswith(magic):
            raise UnreadableFile(f"{path} is {what}")
    if not head.startswith((_GZIP, _PARQUET)) and b"\0" in head:
        raise UnreadableFile(f"{path} is no text, gzip or Parquet")
    return head


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    # Without O_NONBLOCK, opening a pipe without a writer would block.
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise OSError(0, "not a regular file")
        yield file
