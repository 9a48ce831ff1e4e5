"""Writes the serving log: a JSONL segment per process, one os.write per record, never reopened."""

import logging
import os
import re
import threading
import weakref
from datetime import datetime
from pathlib import Path

from core.clock import Clock
from core.errors import ConfigError
from core.private_files import make_private_folder, open_private_file
from core.servinglog.lines import CALL, REFUSAL, LineFormat
from core.servinglog.record import RefusalRecord, ServingRecord

ROTATE_AFTER_S = 60.0
ROTATE_AFTER_BYTES = 32 * 1024 * 1024
_WORKER_NAME = re.compile(r"[A-Za-z0-9_.]+")  # no dash: it separates the parts of the file name
_NEW_FILE = os.O_WRONLY | os.O_APPEND | os.O_EXCL
_logger = logging.getLogger(__name__)


def encode(record: ServingRecord) -> bytes:
    """The record as one JSON line, times in UTC. Raises ValueError for a number that is not
    finite."""
    return CALL.encode(record)


class SegmentWriter:
    """The ServingLog of one process. A record is in the file when `write` returns, so a killed
    process loses none; `dropped_count` counts those that could not be written.

    The first record opens a segment `<worker>-<pid>-<start micros>-<n>.jsonl`; after 60 seconds or
    32 MB the next record opens a new one. Threads may share a writer; a forked child gets a segment
    of its own.
    """

    def __init__(self, directory: Path, worker: str, clock: Clock) -> None:
        if not _WORKER_NAME.fullmatch(worker):
            raise ConfigError(
                f"A worker's name may hold letters, digits, _ and dots, unlike {worker!r}"
            )
        self.dropped_count = 0
        self._directory = directory
        self._worker = worker
        self._clock = clock
        self._lock = threading.Lock()
        self._fd: int | None = None
        self._segment_count = 0
        self._opened_s = 0.0
        self._size_bytes = 0
        reference = weakref.ref(self)
        os.register_at_fork(after_in_child=lambda: _leave_to_parent(reference))

    def write(self, record: ServingRecord) -> None:
        """Append one record; a failure is counted and logged once, never raised."""
        self._write(CALL, record)

    def write_refusal(self, record: RefusalRecord) -> None:
        """Like `write`."""
        self._write(REFUSAL, record)

    def _write(self, form: LineFormat, record: ServingRecord | RefusalRecord) -> None:
        with self._lock:
            try:
                self._append(form.encode(record))
            except (OSError, ValueError) as error:
                self._drop(error)

    def close(self) -> None:
        """Close the segment; a record written later opens another."""
        with self._lock:
            self._close_segment()

    def _append(self, line: bytes) -> None:
        fd = self._segment_for(len(line))
        written = os.write(fd, line)
        self._size_bytes += written
        if written < len(line):
            raise OSError(f"only {written} of {len(line)} bytes of a record were written")

    def _segment_for(self, line_bytes: int) -> int:
        too_old = self._clock.monotonic() - self._opened_s >= ROTATE_AFTER_S
        too_big = self._size_bytes + line_bytes > ROTATE_AFTER_BYTES
        if self._fd is not None and not too_old and not too_big:
            return self._fd
        self._close_segment()
        make_private_folder(self._directory)
        self._fd = self._open_new(self._clock.now())
        self._opened_s, self._size_bytes = self._clock.monotonic(), 0
        return self._fd

    def _open_new(self, started_at: datetime) -> int:
        stem = f"{self._worker}-{os.getpid()}-{round(started_at.timestamp() * 1_000_000)}"
        while True:
            name = f"{stem}-{self._segment_count}.jsonl"
            self._segment_count += 1
            try:
                return open_private_file(self._directory / name, _NEW_FILE)
            except FileExistsError:
                continue  # another writer of this process opened a segment in the same microsecond

    def _drop(self, error: OSError | ValueError) -> None:
        # After a line that was cut off the next record would be unreadable too, so this segment is
        # left.
        self._close_segment()
        self.dropped_count += 1
        if self.dropped_count == 1:
            _logger.warning("Serving log: a record was dropped (%s); only counted from here", error)

    def _close_segment(self) -> None:
        fd, self._fd = self._fd, None
        if fd is not None:
            try:
                os.close(fd)
            except (
                OSError
            ) as error:  # The records are already written; a failed close can't be retried.
                _logger.warning("Serving log: closing a segment failed (%s)", error)


def _leave_to_parent(reference: "weakref.ref[SegmentWriter]") -> None:
    """In a forked child: makes a new lock (the parent's may be held) and leaves the segment to the
    parent."""
    writer = reference()
    if writer is not None:
        writer._lock = threading.Lock()
        writer._close_segment()
