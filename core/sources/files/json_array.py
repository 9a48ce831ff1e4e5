"""Entries of one JSON array, taken off a file as it is read."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from core.sources.files.text_files import Row, pieces

MAX_ENTRY_CHARS = 16 * 1024 * 1024
_SPACE = re.compile(r"[ \t\r\n]*+")


def array_rows(path: Path) -> Iterator[Row]:
    """One row an entry. What can't be read ends the array: nothing tells where the next begins."""
    for number, value in enumerate(_entries(pieces(path)), start=1):
        where = f"{path.name}, entry {number}"
        if value is _BROKEN:
            yield Row(where, problem="not valid JSON; nothing from here on could be read")
        else:
            yield Row(where, value)


_BROKEN = object()


def _entries(parts: Iterator[str]) -> Iterator[object]:
    decoder = json.JSONDecoder(parse_constant=_refuse_constant)
    text = next((part.lstrip() for part in parts if part.strip()), "")
    at, is_first = 1, True
    while True:
        try:
            at = _skip(text, at)
            if text[at : at + 1] == "]" and is_first:
                break
            value, end = decoder.raw_decode(text, at)
            end = _skip(text, end)
            if text[end : end + 1] not in {",", "]"}:
                raise ValueError  # may be a number or a text that goes on in the next piece
        except (ValueError, RecursionError):
            more = next(parts, "") if len(text) - at < MAX_ENTRY_CHARS else ""
            if not more:
                yield _BROKEN
                return
            text, at = text[at:] + more, 0
            continue
        yield value
        at, is_first = end + 1, False
        if text[end] == "]":
            break
    if text[at + is_first :].strip() or any(part.strip() for part in parts):
        yield _BROKEN


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _refuse_constant(name: str) -> object:
    raise ValueError(name)
