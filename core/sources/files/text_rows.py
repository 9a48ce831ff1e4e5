"""Rows of JSON and CSV files, streamed, each with its line number.

The lines are not read by DuckDB, on purpose. In version 2.0.0 its CSV reader counts CR LF among LF
as two lines, stops at a line that is not UTF-8, and merges all rows after an unclosed quote into
one; its JSON reader does not count blank lines and reads a truncated array as complete. Each of
these loses a row or reports a wrong line number.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InvalidInput, UnreadableFile
from core.sources.files.fields import parse_json
from core.sources.files.json_array import array_rows
from core.sources.files.text_files import MAX_COLUMNS, MAX_LINE_BYTES, Row, lines, pieces

if TYPE_CHECKING:
    from _csv import Reader


def json_line_rows(path: Path) -> Iterator[Row]:
    """One row for each line that is not blank."""
    is_empty = True
    for number, line in lines(path):
        if line is not None and not line.strip():
            continue
        is_empty = False
        where = f"{path.name}, line {number}"
        if line is None:
            yield Row(where, problem=f"longer than {MAX_LINE_BYTES // 2**20} MB")
            continue
        try:
            yield Row(where, parse_json(line), size=len(line))
        except InvalidInput as error:
            yield Row(where, problem=str(error))
    if is_empty:
        raise UnreadableFile(f"{path.name} is empty")


def json_rows(path: Path) -> Iterator[Row]:
    """Rows of a `.json` file: the entries of one array, or one object on each line."""
    starts = (piece.lstrip()[:1] for piece in pieces(path))
    if next(filter(None, starts), "") == "[":
        return array_rows(path)
    return json_line_rows(path)


def delimited_rows(path: Path, delimiter: str) -> tuple[tuple[str, ...], Iterator[Row]]:
    """The column names of a CSV and its rows, each a tuple with the text of every cell."""
    text = _DecodedLines(path)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        first = next(filter(None, reader), [])
    except csv.Error:
        raise UnreadableFile(
            f"{path.name}, line {reader.line_num}: the column names can't be read"
        ) from None
    header = tuple(name.strip() for name in first)
    if not header:
        raise UnreadableFile(f"{path.name} is empty")
    if len(header) > MAX_COLUMNS:
        raise UnreadableFile(
            f"{path.name} has {len(header):,} columns; at most {MAX_COLUMNS:,} can be read"
        )
    if any(not _is_utf8(name) for name in header):
        raise UnreadableFile(f"{path.name} is not UTF-8; save it as UTF-8")
    for name in header:
        if header.count(name) > 1:
            raise UnreadableFile(f"{path.name} has two columns named {name!r}")
    return header, _cells(path, reader, text, len(header))


def _cells(path: Path, reader: "Reader", text: "_DecodedLines", width: int) -> Iterator[Row]:
    while True:
        first = reader.line_num + 1
        text.begin_row()
        try:
            cells = next(reader, None)
            problem = None if cells is None else _problem_of(cells, width)
        except csv.Error as error:
            cells, problem = [], _csv_problem(error)
        if cells is None:
            return
        if not cells and problem is None:
            continue  # skip blank lines
        last = reader.line_num
        place = f"lines {first} to {last}" if problem and last > first else f"line {first}"
        yield Row(f"{path.name}, {place}", tuple(cells), problem, text.row_bytes)


def _problem_of(cells: list[str], width: int) -> str | None:
    if cells and len(cells) != width:
        cell = "cell" if len(cells) == 1 else "cells"
        return f"{len(cells)} {cell} in a table of {width} columns"
    if any(not _is_utf8(cell) for cell in cells):
        return "not UTF-8"
    return None


def _csv_problem(error: csv.Error) -> str:
    reason = str(error)
    if "field limit" in reason:
        return f"a cell has more than {csv.field_size_limit():,} characters, or its quote is open"
    if "end of data" in reason:
        return "a quote is opened and never closed, so the columns after it are unknown"
    if "new-line" in reason:
        return "a carriage return is outside quotes"
    return "a quote inside a quoted cell must be written twice"


class _DecodedLines:
    """Lines for the CSV reader. One row may span several lines, up to a size limit."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines = lines(path)
        self.row_bytes = 0

    def begin_row(self) -> None:
        self.row_bytes = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        number, line = next(self._lines)
        self.row_bytes += MAX_LINE_BYTES if line is None else len(line)
        if line is None or self.row_bytes > MAX_LINE_BYTES:
            size = MAX_LINE_BYTES // 2**20
            raise UnreadableFile(
                f"{self._path.name}, line {number}: a row of more than {size} MB, or its quote is "
                "never closed"
            )
        return line.decode("utf-8", "surrogateescape")


def _is_utf8(text: str) -> bool:
    # "surrogateescape" decodes invalid UTF-8 bytes to these characters.
    return not any("\udc80" <= char <= "\udcff" for char in text)
