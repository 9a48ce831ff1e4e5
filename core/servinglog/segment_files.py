"""Reads a file of the serving log: its valid lines, and why the others are invalid."""

import codecs
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from core.servinglog.answers import LineProblem, SegmentProblem
from core.servinglog.lines import (
    CALL,
    MAX_LINE_BYTES,
    REFUSAL,
    LineFormat,
    UnreadableLine,
    read_line,
)

BLOCK_BYTES = 64 * 1024 * 1024
"""Larger than a segment when its writer leaves it, so that a whole one is read without copying."""
MAX_PROBLEMS = 5
"""Invalid lines of one file that are kept with their reason; all are counted."""
Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]
_WRITTEN = {form: form.written for form in (CALL, REFUSAL)}


@dataclass(slots=True)
class SegmentReport:
    """Outcome of reading one file; blank lines don't count. `failure` is why the file could not be
    read at all, `problems` are the first of the `unreadable_count` lines."""

    name: str
    line_count: int = 0
    unreadable_count: int = 0
    problems: list[LineProblem] = field(default_factory=list)
    failure: str | None = None

    def reject(self, line_number: int, why: str) -> None:
        """Count an invalid line."""
        self.unreadable_count += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(LineProblem(line_number, why))

    @property
    def problem(self) -> SegmentProblem | None:
        """The problem to report, or None if the file was read completely."""
        if self.failure is None and not self.unreadable_count:
            return None
        examples = tuple(self.problems)
        return SegmentProblem(self.name, self.unreadable_count, self.failure, examples)


class Batch:
    """Lines of one format exactly as `encode` writes them, each with its line number in the
    file."""

    def __init__(self, form: LineFormat) -> None:
        self.form = form
        self._lines: list[pa.Array] = []
        self._numbers: list[Numbers] = []

    def add(self, lines: pa.Array, first_number: int) -> None:
        """Add consecutive lines of the file."""
        self._lines.append(lines)
        self._numbers.append(np.arange(first_number, first_number + len(lines)))

    def table(self) -> pa.Table | None:
        """A table with columns `line` and `line_number`; None without a line."""
        if not self._lines:
            return None
        numbers = np.concatenate(self._numbers)
        return pa.table({"line": pa.chunked_array(self._lines), "line_number": numbers})


def read_segment(path: Path, report: SegmentReport) -> Iterator[tuple[LineFormat, pa.Table]]:
    """The valid lines of a file, a block at a time, by format; the others are in the report.

    One regular expression matches runs of lines that `encode` wrote. Only other lines are read one
    by one, which is ten times as slow. Raises OSError.
    """
    first_number = 1
    with open(path, "rb", opener=_open) as file:
        for block in _blocks(file):
            ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == ord("\n")) + 1
            batches = {form: Batch(form) for form in _WRITTEN}
            _sort(block, ends, first_number, batches, report)
            first_number += len(ends)
            tables = ((form, batch.table()) for form, batch in batches.items())
            yield from ((form, table) for form, table in tables if table is not None)


def _sort(
    block: bytes,
    ends: Numbers,
    first_number: int,
    batches: dict[LineFormat, Batch],
    report: SegmentReport,
) -> None:
    """Adds each line of a block to the batch of its format."""
    lines = _split(block, ends)
    at = row = 0
    while at < len(block):
        for form, written in _WRITTEN.items():
            match = written.match(block, at)
            if match is not None and match.end() > at:
                at = match.end()
                rows = int(np.searchsorted(ends, at, side="right")) - row
                batches[form].add(lines.slice(row, rows), first_number + row)
                report.line_count += rows
                row += rows
                break
        else:
            _read_one(block[at : ends[row]].strip(), first_number + row, batches, report)
            at, row = int(ends[row]), row + 1


def _split(block: bytes, ends: Numbers) -> pa.Array:
    """The lines of a block as an array over the same memory, without a copy."""
    offsets = np.concatenate(([0], ends)).astype(np.int32)
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(block)]
    return pa.Array.from_buffers(pa.string(), len(ends), buffers)


def _read_one(
    line: bytes, number: int, batches: dict[LineFormat, Batch], report: SegmentReport
) -> None:
    if number == 1:
        line = line.removeprefix(codecs.BOM_UTF8)
    if not line:
        return
    report.line_count += 1
    try:
        form, values = read_line(line)
    except UnreadableLine as error:
        report.reject(number, str(error))
        return
    batches[form].add(pa.array([form.encode_values(values).decode()]), number)


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """Blocks of whole lines; a missing newline at the end of the file is added."""
    rest = b""
    while block := file.read(BLOCK_BYTES):
        data = rest + block
        cut = data.rfind(b"\n") + 1
        if cut:
            yield data[:cut]
        # Keeping one byte more than the limit is enough to recognise a line as too long, and bounds
        # the memory.
        rest = data[cut : cut + MAX_LINE_BYTES + 1]
    if rest:
        yield rest + b"\n"


def _open(path: str, flags: int) -> int:
    # Without O_NONBLOCK, opening a pipe without a writer would block.
    fd = os.open(path, flags | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError("not a regular file")
    return fd
