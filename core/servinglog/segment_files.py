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

BLOCK_BYTES = 1024 * 1024
"""Small, so that its memory is used again for the next one: new memory takes as long as reading."""
SUFFIX = ".jsonl"
TAIL_BYTES = 1024
MAX_PROBLEMS = 5
"""Invalid lines of one file that are kept with their reason; all are counted."""
COLUMNS = pa.schema({"segment_id": pa.int32(), "line_number": pa.int32(), "line": pa.string()})
Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]
_WRITTEN = [(form, written) for form in (CALL, REFUSAL) for written in form.written]


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

    def with_last_line(self, last: "SegmentReport") -> "SegmentReport":
        """The sum of both."""
        return SegmentReport(
            self.name,
            self.line_count + last.line_count,
            self.unreadable_count + last.unreadable_count,
            [*self.problems, *last.problems][:MAX_PROBLEMS],
            self.failure,
        )

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

    def __init__(self) -> None:
        self._lines: list[pa.Array] = []
        self._numbers: list[Numbers] = []

    def add(self, lines: pa.Array, first_number: int) -> None:
        """Add consecutive lines of the file."""
        self._lines.append(lines)
        self._numbers.append(np.arange(first_number, first_number + len(lines), dtype=np.int32))

    def columns(self, segment_id: int) -> pa.RecordBatch | None:
        """The lines with the COLUMNS; None without a line."""
        if not self._lines:
            return None
        numbers = np.concatenate(self._numbers)
        lines = self._lines[0] if len(self._lines) == 1 else pa.concat_arrays(self._lines)
        return pa.record_batch([np.full_like(numbers, segment_id), numbers, lines], schema=COLUMNS)


class SegmentReader:
    """Reads a file of the log, and later only what was added to it.

    A last line without its end may still grow: it is counted by itself, in `last_line`, and is read
    again the next time.
    """

    def __init__(self, path: Path, name: str, segment_id: int) -> None:
        self.segment_id = segment_id
        self.complete_count = 0
        """Lines with their end, blank ones included; those that follow have higher numbers."""
        self.last_line = SegmentReport(name)
        self.is_gone = False
        self._path = path
        self._complete = SegmentReport(name)
        self._end = 0  # of the complete lines
        self._tail = b""  # the last bytes before this end

    @property
    def report(self) -> SegmentReport:
        """Of all lines read so far."""
        return self._complete.with_last_line(self.last_line)

    def reject(self, line_number: int, why: str) -> None:
        """Count a line as invalid that was read as valid."""
        is_complete = line_number <= self.complete_count
        (self._complete if is_complete else self.last_line).reject(line_number, why)

    def is_continued(self) -> bool:
        """Whether the file still holds what was read, as far as the end of that shows."""
        try:
            with open(self._path, "rb", opener=_open) as file:
                file.seek(self._end - len(self._tail))
                return self._end > 0 and file.read(len(self._tail)) == self._tail
        except OSError:
            return False

    def read(self) -> Iterator[tuple[LineFormat, pa.RecordBatch]]:
        """The valid lines that were added, a block at a time, by format; the others are in the
        report. A file that can't be read is named there too.

        Regular expressions match runs of lines that `encode` wrote. Only other lines are read one
        by one, which is ten times as slow.
        """
        self.last_line = SegmentReport(self._complete.name)
        self._complete.failure = None
        if self._path.suffix != SUFFIX:
            self._complete.failure = f"not read: its name does not end in {SUFFIX}"
            return
        try:
            with open(self._path, "rb", opener=_open) as file:
                file.seek(self._end)
                for block, end in _blocks(file):
                    is_complete = block.endswith(b"\n")
                    yield from self._valid(block if is_complete else block + b"\n", is_complete)
                    if is_complete:
                        self._end, self._tail = end, block[-TAIL_BYTES:]
        except OSError as error:
            self.is_gone = isinstance(error, FileNotFoundError) and not os.path.lexists(self._path)
            self._complete.failure = error.strerror or str(error)

    def _valid(
        self, block: bytes, is_complete: bool
    ) -> Iterator[tuple[LineFormat, pa.RecordBatch]]:
        ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == ord("\n")) + 1
        batches = {form: Batch() for form in (CALL, REFUSAL)}
        report = self._complete if is_complete else self.last_line
        _sort(block, ends, self.complete_count + 1, batches, report)
        if is_complete:
            self.complete_count += len(ends)
        tables = ((form, batch.columns(self.segment_id)) for form, batch in batches.items())
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
        for form, written in _WRITTEN:
            if match := written.match(block, at):
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


def _blocks(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Blocks of whole lines, each with its end in the file; the last line may lack its end."""
    rest, end = b"", file.tell()
    while block := file.read(BLOCK_BYTES):
        cut = block.rfind(b"\n") + 1
        end += len(block)
        if cut:
            yield b"".join((rest, memoryview(block)[:cut])), end - (len(block) - cut)
            rest = b""
        # Keeping one byte more than the limit is enough to recognise a line as too long, and bounds
        # the memory.
        rest = (rest + block[cut:])[: MAX_LINE_BYTES + 1]
    if rest:
        yield rest, end


def _open(path: str, flags: int) -> int:
    # Without O_NONBLOCK, opening a pipe without a writer would block.
    fd = os.open(path, flags | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError("not a regular file")
    return fd
