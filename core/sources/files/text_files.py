"""Reads a text file, plain or gzip, as numbered lines or as pieces of text."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from core.errors import UnreadableFile
from core.sources.files.formats import is_gzip

# Parsed JSON of 4 MB can take 150 MB; the longest comment has 0.6 MB as JSON.
MAX_LINE_BYTES = 4 * 1024 * 1024
MAX_COLUMNS = 2_000
"""In text formats any number of columns costs the file next to nothing."""
_PIECE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: its value, or the problem that prevented reading it. `size` is the length
    of its source, for those that keep many rows."""

    where: str
    value: object = None
    problem: str | None = None
    size: int = field(default=0, compare=False)


def lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """Each line with its number, from 1, and with its line end; None for a line over
    MAX_LINE_BYTES."""
    number = 0
    with _opened(path) as file:
        while line := file.readline(MAX_LINE_BYTES):
            number += 1
            if number == 1:
                line = _without_byte_order_mark(path, line)
            if len(line) < MAX_LINE_BYTES or line.endswith(b"\n"):
                yield number, line
                continue
            while line and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE_BYTES)
            yield number, None


def pieces(path: Path) -> Iterator[str]:
    """The whole file as text, one piece at a time."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    with _opened(path) as file:
        try:
            while data := file.read(_PIECE_BYTES):
                yield decoder.decode(data)
            yield decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise UnreadableFile(f"{path.name} is not UTF-8; save it as UTF-8") from None


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file's unpacked bytes; errors while reading become UnreadableFile naming the file."""
    try:
        with gzip.open(path, "rb") if is_gzip(path) else path.open("rb") as file:
            yield cast(BinaryIO, file)
    except gzip.BadGzipFile:
        raise UnreadableFile(f"{path.name} is not gzip data, although its name says so") from None
    except (EOFError, zlib.error):
        raise UnreadableFile(
            f"{path.name} is cut short or damaged: its gzip data ends early"
        ) from None
    except OSError as error:
        raise UnreadableFile(f"{path.name} can't be read: {error.strerror}") from None


def _without_byte_order_mark(path: Path, first_line: bytes) -> bytes:
    if first_line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableFile(f"{path.name} is UTF-16; save it as UTF-8")
    return first_line.removeprefix(codecs.BOM_UTF8)
