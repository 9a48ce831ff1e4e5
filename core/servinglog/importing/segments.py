"""Writes imported calls as segments of the serving log, all of them or none."""

import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from core.errors import StoreError
from core.private_files import make_private_folder, open_private_file
from core.servinglog.record import ServingRecord
from core.servinglog.writer import ROTATE_AFTER_BYTES, encode

DRAFT = ".part"
"""Of segments that no reader sees yet."""


class ImportedSegments:
    """The segments of one import, named after the content of its file: importing the same file once
    more writes the same ones. `publish` makes them visible; without it they are deleted at the end.
    Raises StoreError, with nothing left behind."""

    def __init__(self, directory: Path, sha256: str) -> None:
        self._directory = directory
        self._stem = f"import_{sha256[:16]}-0"
        self._first_us = 0
        self._drafts: list[Path] = []
        self._file: IO[bytes] | None = None
        self._size = 0
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            with suppress(OSError):  # a full disk, which is why it ends
                self._file.close()
        for draft in self._drafts:
            draft.unlink(missing_ok=True)

    def write(self, record: ServingRecord) -> None:
        """Adds one call."""
        line = encode(record)
        try:
            if self._file is None or self._size + len(line) > ROTATE_AFTER_BYTES:
                self._open_next(record)
            assert self._file is not None
            self._file.write(line)
        except OSError as error:
            raise self._failure(error) from error
        self._size += len(line)
        self.count += 1

    def publish(self) -> None:
        """Makes all segments visible."""
        # Here, because it needs pyarrow, and every command would load that to declare its flags.
        from core.servinglog.segment_files import SUFFIX

        try:
            self._close()
            for draft in self._drafts:
                draft.replace(draft.with_suffix(SUFFIX))
        except OSError as error:
            raise self._failure(error) from error
        self._drafts = []

    def _open_next(self, record: ServingRecord) -> None:
        self._close()
        make_private_folder(self._directory)
        self._first_us = self._first_us or round(record.started_at.timestamp() * 1_000_000)
        name = f"{self._stem}-{self._first_us}-{len(self._drafts)}{DRAFT}"
        self._drafts.append(self._directory / name)
        self._file = os.fdopen(open_private_file(self._drafts[-1], os.O_WRONLY | os.O_TRUNC), "wb")
        self._size = 0

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with file:
                file.flush()
                os.fsync(file.fileno())

    def _failure(self, error: OSError) -> StoreError:
        return StoreError(f"{self._directory}: {error.strerror}; nothing was imported")
