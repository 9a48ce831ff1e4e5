"""A JSON file with one object: an API response, an export, or one comment."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from core.errors import UnreadableFile
from core.sources.files.columns import bare_name
from core.sources.files.json_array import BROKEN, JsonReader
from core.sources.files.nesting import WRAPPERS, comments_in
from core.sources.files.text_files import Row, lines, pieces
from core.sources.files.text_rows import json_line_rows, json_rows


def document_rows(path: Path) -> Iterator[Row]:
    """Rows of a `.json` file: an array, one object, or one object on each line.

    Raises UnreadableFile for an object without comments.
    """
    starts = (piece.lstrip()[:1] for piece in pieces(path))
    if next(filter(None, starts), "") != "{":
        return json_rows(path)
    reader = JsonReader(path)
    try:
        whole = reader.value("")
        is_one = not reader.peek()
    except (ValueError, RecursionError):
        if reader.is_full:
            return _wrapped_rows(path)
        if _is_spread_over_lines(path):
            raise UnreadableFile(f"{path.name} is cut short or not valid JSON") from None
        return json_line_rows(path)
    if not is_one:
        return json_line_rows(path)
    row = Row(path.name, whole)
    first = next(comments_in(row), None)
    if first is not None and first.problem is not None and first.where == row.where:
        raise UnreadableFile(f"{path.name}: {first.problem}")
    return iter((row,))


def _is_spread_over_lines(path: Path) -> bool:
    return next((line.strip() == b"{" for _, line in lines(path) if line and line.strip()), False)


def _wrapped_rows(path: Path) -> Iterator[Row]:
    """The comments of an object too large for memory: those in the lists under its WRAPPERS."""
    reader, is_found = JsonReader(path), False
    try:
        end = reader.take()
        while end != "}":
            name = str(reader.value(":"))
            reader.take()
            is_list, is_wrapper = reader.peek() == "[", bare_name(name) in WRAPPERS
            is_found |= is_wrapper
            if is_list and is_wrapper:
                for number, value in enumerate(reader.entries(), start=1):
                    yield Row(f"{path.name}, `{name}` {number}", value)
            elif isinstance(value := reader.value(",}"), Mapping) and is_wrapper:
                yield Row(f"{path.name}, `{name}`", value)
            end = reader.take()
    except (ValueError, RecursionError):
        if is_found:
            yield Row(path.name, problem=BROKEN)
            return
    if not is_found:
        raise UnreadableFile(f"{path.name} is an object without a list of comments")
