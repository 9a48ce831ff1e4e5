"""A machine with a serving log that it uploads to a shared store."""

import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.bootstrap.log_store import open_log_store
from core.clock import Clock
from core.config import Settings
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import ServingRecord
from core.servinglog.shared.base import LogStore
from core.servinglog.shared.catalogue import StoredObjects
from core.servinglog.shared.retention import DeletedCounts, delete_uploaded
from core.servinglog.shared.stored import MOST_ROWS, StoredLog
from core.servinglog.shared.upload import UploadCounts, upload_segments
from tests.servinglog_records import put

LONG_AGO = timedelta(days=10)


@dataclass
class Machine:
    """Its segments are written ten days ago, so that they are finished and old."""

    home: Path
    address: str
    passed_s: float = field(default=0.0)
    """Advanced by tests to have the ledger listed again."""

    @property
    def folder(self) -> Path:
        return Settings(home=self.home).serving_log_dir

    @property
    def store(self) -> LogStore:
        return open_log_store(Settings(home=self.home, log_store=self.address))

    @property
    def clock(self) -> Clock:
        return Clock(lambda: datetime.now(UTC), lambda: self.passed_s)

    def put(self, *records: ServingRecord, name: str = "api-1-1-0.jsonl") -> Path:
        return aged(put(self.folder, *records, name=name))

    def upload(self, *, again: bool = False) -> UploadCounts:
        return upload_segments(self.folder, self.store, self.clock, again=again)

    def delete(self, keep: timedelta = timedelta(days=1)) -> DeletedCounts:
        return delete_uploaded(self.folder, self.store, self.clock, keep=keep)

    def queries(
        self, store: LogStore | None = None, most_rows: int = MOST_ROWS
    ) -> ServingLogQueries:
        """What the pages of this machine read."""
        objects = StoredObjects(store or self.store, self.folder, self.clock)
        return ServingLogQueries(self.folder, StoredLog(objects, most_rows=most_rows))


def aged(path: Path, by: timedelta = LONG_AGO) -> Path:
    """The file, as if it was written so long ago; a negative time is in the future."""
    moment = time.time() - by.total_seconds()
    os.utime(path, (moment, moment))
    return path
