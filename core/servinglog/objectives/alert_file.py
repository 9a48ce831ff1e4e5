"""The alerts of a home, in a file: a line of JSON for each state of an alert, the last one holds.

One process at a time may change it; a process that is killed leaves whole lines, and what it had
not noted as sent is sent again, under the same id.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from core.errors import Conflict, StoreError
from core.private_files import make_private_folder, open_private_file
from core.servinglog.objectives.alerts import Alert
from core.servinglog.objectives.rules import Severity

FILE, LOCK = "alerts.jsonl", "lock"
KEPT = 500
"""So many alerts are remembered."""
_TIMES = ("began_at", "ended_at", "begin_sent_at", "end_sent_at")


class AlertFile:
    """The folder of the alerts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def alerts(self) -> list[Alert]:
        """The last 500, in the order in which they began. Lines that can't be read are left out: a
        killed process may have cut the last one. Raises StoreError."""
        found: dict[str, Alert] = {}
        try:
            lines = (self._folder / FILE).read_bytes().splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(f"the alerts can't be read: {error.strerror}") from None
        for line in lines:
            alert = _read(line)
            if alert is not None:
                found[alert.id] = alert
        return sorted(found.values(), key=lambda one: one.began_at)[-KEPT:]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While this process evaluates objectives, no other one may. Raises Conflict,
        StoreError."""
        try:
            make_private_folder(self._folder)
            lock = open_private_file(self._folder / LOCK, os.O_RDWR)
        except OSError as error:
            raise StoreError(f"the alerts can't be locked: {error.strerror}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise Conflict("another process watches the objectives: there can be one") from None
        finally:
            os.close(lock)

    def write(self, alert: Alert) -> None:
        """Adds the alert, or its present state. On disk when it returns. Raises StoreError."""
        # A killed process may have left a line without its end, which must not swallow this one.
        line = f"\n{json.dumps(asdict(alert), default=_iso)}\n"
        try:
            fd = open_private_file(self._folder / FILE, os.O_WRONLY | os.O_APPEND)
            try:
                os.write(fd, line.encode())
                os.fsync(fd)
            finally:
                os.close(fd)
        except OSError as error:
            raise StoreError(f"the alerts can't be written: {error.strerror}") from None


def _iso(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


def _read(line: bytes) -> Alert | None:
    try:
        values = json.loads(line)
        values |= {name: values[name] and datetime.fromisoformat(values[name]) for name in _TIMES}
        return Alert(**values | {"severity": Severity(values["severity"])})
    except (ValueError, TypeError, KeyError):
        return None
