"""Entries of a JSON array, read one at a time."""

import re
from collections.abc import Iterator
from pathlib import Path

from core.sources.files.text_files import Row, pieces
from core.strict_json import strict_decoder

MAX_ENTRY_CHARS = 4 * 1024 * 1024
BROKEN = "not valid JSON; nothing from here on could be read"
_SPACE = re.compile(r"[ \t\r\n]*+")


class JsonReader:
    """Reads the JSON values of a file one after the other, with one of them in memory at a time.

    Its methods raise ValueError or RecursionError if the JSON is invalid or a value is too long.
    """

    def __init__(self, path: Path) -> None:
        self._parts = pieces(path)
        self._decoder = strict_decoder()
        self._text = ""
        self._at = 0
        self.value_size = 0
        """The characters of the last value."""

    @property
    def is_full(self) -> bool:
        """Whether the current value has reached the size limit."""
        return len(self._text) - self._at >= MAX_ENTRY_CHARS

    def peek(self) -> str:
        """The next character that is not white space; empty at the end of the file."""
        while True:
            match = _SPACE.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text) or not self._read_on():
                return self._text[self._at : self._at + 1]

    def take(self) -> str:
        """Like `peek`, and moves past the character."""
        char = self.peek()
        self._at += len(char)
        return char

    def value(self, ends: str) -> object:
        """The next value. It must be followed by one of `ends`: without them, the beginning of a
        number cut at the end of a piece would be read as a whole number."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
                match = _SPACE.match(self._text, end)
                after = match.end() if match else end
                if ends and self._text[after : after + 1] not in set(ends):
                    raise ValueError("no end")
            except (ValueError, RecursionError):
                if self.is_full or not self._read_on():
                    raise
                continue
            self.value_size, self._at = end - self._at, end
            return value

    def entries(self) -> Iterator[object]:
        """The entries of the array that begins here."""
        self.take()
        if self.peek() == "]":
            self.take()
            return
        while True:
            yield self.value(",]")
            if self.take() == "]":
                return

    def _read_on(self) -> bool:
        """Doubles the text kept, so that a long value is decoded only a few times, not once for
        each piece."""
        kept = self._text[self._at :]
        wanted = min(len(kept), MAX_ENTRY_CHARS - len(kept))
        added: list[str] = []
        for piece in self._parts:
            added.append(piece)
            if sum(map(len, added)) >= wanted:
                break
        self._text, self._at = kept + "".join(added), 0
        return bool(added)


def array_rows(path: Path) -> Iterator[Row]:
    """One row for each entry. Reading ends at an unreadable entry: it is unknown where the next one
    begins."""
    reader, number = JsonReader(path), 0
    try:
        for number, value in enumerate(reader.entries(), start=1):
            yield Row(f"{path.name}, entry {number}", value, size=reader.value_size)
        if reader.peek():
            raise ValueError("something follows the array")
    except (ValueError, RecursionError):
        yield Row(f"{path.name}, entry {number + 1}", problem=BROKEN)
