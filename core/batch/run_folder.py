"""What a named run into a file has scored so far: a hidden folder beside the file.

Its parts hold scored rows from the beginning of the source on. Each appears under its name when it
is whole on disk, so a run whose process was killed goes on behind the last one.
"""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from core.clock import system_clock
from core.errors import Conflict, InvalidInput

SAVE_S, SAVE_BYTES = 2.0, 32 * 1024 * 1024
_COUNTS = b"counts"
_NAME = re.compile(r"[\w.-]{1,100}")
_TASK = "task.json"


class RunFolder:
    """Open while its process runs. `add` saves rows after SAVE_S seconds at most, and
    before if they have SAVE_BYTES."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._now_s = system_clock().monotonic
        self._saved_s = self._now_s()
        self._rows: list[pa.RecordBatch] = []
        self._counts: list[Mapping[str, object]] = []
        self._part_count = len(self._parts())

    def parts(self) -> Iterator[tuple[pa.RecordBatch, list[Mapping[str, object]]]]:
        """The rows that are saved, in order, each batch with what `add` was told of its rows."""
        for path in self._parts():
            with pq.ParquetFile(path) as file:
                counts = json.loads((file.schema_arrow.metadata or {})[_COUNTS])
                for batch in file.iter_batches():
                    yield batch, counts
                    counts = []

    def add(self, rows: pa.RecordBatch, counts: Mapping[str, object]) -> None:
        """Rows behind those of the parts; `counts` can be stored as JSON."""
        self._rows.append(rows)
        self._counts.append(counts)
        size = sum(batch.nbytes for batch in self._rows)
        if size >= SAVE_BYTES or self._now_s() - self._saved_s >= SAVE_S:
            self.save()

    def save(self) -> None:
        """Writes what was added as one more part."""
        if not self._rows:
            return
        table = pa.Table.from_batches(self._rows)
        kept = dict(table.schema.metadata or {}) | {_COUNTS: json.dumps(self._counts).encode()}
        part = self._folder / f"{self._part_count:06}.parquet"
        draft = part.with_suffix(".draft")
        pq.write_table(table.replace_schema_metadata(kept), draft)
        with draft.open("rb+") as written:
            os.fsync(written.fileno())
        draft.replace(part)
        self._part_count += 1
        self._rows, self._counts = [], []
        self._saved_s = self._now_s()

    def remove(self) -> None:
        """When all rows are in the file."""
        shutil.rmtree(self._folder)

    def _parts(self) -> list[Path]:
        return sorted(self._folder.glob("*.parquet"))


@contextmanager
def run_folder(out: Path, name: str, task: Mapping[str, object]) -> Iterator[RunFolder]:
    """The folder of the run of that name into `out`. What was added is saved at the end, also if
    the block raises. Raises InvalidInput if a run of that name was begun for another task, Conflict
    if another process is at it."""
    if not _NAME.fullmatch(name):
        raise InvalidInput(f"--run {name!r}: a name has letters, digits, `.`, `_` and `-`")
    folder = out.with_name(f".{out.name}.{name}.run")
    folder.mkdir(exist_ok=True)
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise Conflict(f"another process is at the run `{name}` into {out.name}") from None
    try:
        _check_task(folder, name, task)
        opened = RunFolder(folder)
        try:
            yield opened
        finally:
            if folder.exists():
                opened.save()
    finally:
        os.close(lock)


def _check_task(folder: Path, name: str, task: Mapping[str, object]) -> None:
    path, wanted = folder / _TASK, json.dumps(task, sort_keys=True)
    if not path.exists():
        draft = path.with_suffix(".draft")
        draft.write_text(wanted, encoding="utf-8")
        draft.replace(path)
    elif path.read_text(encoding="utf-8") != wanted:
        raise InvalidInput(
            f"the run `{name}` was begun with other files, columns or another model: name another "
            f"run, or delete {folder}"
        )
