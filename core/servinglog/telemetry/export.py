"""Which segments a collector has, and sending those that it lacks."""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from core.clock import Clock
from core.errors import Conflict, StoreError, TelemetryUnavailable
from core.private_files import make_private_folder, open_private_file
from core.servinglog.lines import CALL, UnreadableLine, read_line
from core.servinglog.record import RefusalRecord, ServingRecord
from core.servinglog.shared.spool import FinishedSegment, finished_segments

SENT_FILE, LOCK_FILE = "sent-segments", "lock"
LONGEST_WAIT = timedelta(days=1)


class Receiver(Protocol):
    """Takes the records of a segment."""

    def send(self, calls: Sequence[ServingRecord], refusals: Sequence[RefusalRecord]) -> None:
        """Raises TelemetryUnavailable; then all of it is to be sent again."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ExportCounts:
    """What one export did. `waiting` segments were not sent, because of `problem`."""

    segments: int
    calls: int
    refused: int
    waiting: int
    problem: str | None = None


def export_segments(folder: Path, notes: Path, receiver: Receiver, clock: Clock) -> ExportCounts:
    """Sends the finished segments of the folder that are not noted in `notes`, the oldest first. A
    segment is noted when the receiver has it, so it arrives once, and again under the same ids if
    the process is killed in between. Raises Conflict while another process exports, and
    StoreError."""
    sent = calls = refused = 0
    with _alone(notes):
        known = _known(notes)
        finished, _ = finished_segments(folder, "", clock.now())
        wanted = [one for one in finished if _key(one) not in known]
        for segment in wanted:
            found = _records(segment.path)
            if found is not None:
                try:
                    receiver.send(*found)
                except TelemetryUnavailable as error:
                    return ExportCounts(sent, calls, refused, len(wanted) - sent, str(error))
                calls += len(found[0])
                refused += sum(one.refused_count for one in found[1])
            _note(notes, segment)
            sent += 1
        _forget(notes, {_key(one) for one in finished})
    return ExportCounts(sent, calls, refused, 0)


def _records(path: Path) -> tuple[list[ServingRecord], list[RefusalRecord]] | None:
    """Lines that can't be read are left out: the pages count them. None if the file is gone."""
    calls: list[ServingRecord] = []
    refusals: list[RefusalRecord] = []
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:  # moved into the archive meanwhile
        return None
    except OSError as error:
        raise StoreError(f"{path.name} can't be read: {error.strerror}") from None
    for line in lines:
        try:
            form, values = read_line(line)
        except UnreadableLine:
            continue
        if form is CALL:
            calls.append(ServingRecord(**values))
        else:
            refusals.append(RefusalRecord(**values))
    return calls, refusals


def why_unsent(notes: Path, clock: Clock) -> Callable[[FinishedSegment], str | None]:
    """For a segment that a collector will get, that it waits for that. A log that was not exported
    for a day is exported no more, and a segment waits no longer than that. Raises StoreError."""
    try:
        exported_at = datetime.fromtimestamp((notes / LOCK_FILE).stat().st_mtime, UTC)
    except OSError:  # never exported
        return lambda _: None
    if clock.now() - exported_at > LONGEST_WAIT:
        return lambda _: None
    known = _known(notes)

    def why(segment: FinishedSegment) -> str | None:
        is_awaited = segment.age < LONGEST_WAIT and _key(segment) not in known
        return "waits for `logs export`" if is_awaited else None

    return why


@contextmanager
def _alone(notes: Path) -> Iterator[None]:
    try:
        make_private_folder(notes)
        lock = open_private_file(notes / LOCK_FILE, os.O_RDWR)
    except OSError as error:
        raise StoreError(f"{notes}: {error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.utime(lock)
        yield
    except BlockingIOError:
        raise Conflict("another process exports the log: there can be one") from None
    finally:
        os.close(lock)


def _key(segment: FinishedSegment) -> str:
    """With its size: a file of the same name that grew has more."""
    return f"{segment.name.size_bytes} {segment.path.name}"


def _known(notes: Path) -> set[str]:
    try:
        return set((notes / SENT_FILE).read_text(encoding="utf-8").splitlines())
    except FileNotFoundError:
        return set()
    except (OSError, ValueError) as error:
        raise StoreError(f"{notes / SENT_FILE} can't be read: {error}") from None


def _note(notes: Path, segment: FinishedSegment) -> None:
    # A killed process may have left a line without its end.
    _write(notes / SENT_FILE, f"\n{_key(segment)}\n", os.O_APPEND)


def _forget(notes: Path, still_there: set[str]) -> None:
    """Names of segments that are in the archive by now."""
    known = _known(notes)
    if len(known) > 2 * len(still_there) + 100:
        kept = "".join(f"{key}\n" for key in sorted(known & still_there))
        _write(notes / f"{SENT_FILE}.part", kept, os.O_TRUNC)
        (notes / f"{SENT_FILE}.part").replace(notes / SENT_FILE)


def _write(path: Path, text: str, flag: int) -> None:
    try:
        fd = open_private_file(path, os.O_WRONLY | flag)
        try:
            os.write(fd, text.encode())
            os.fsync(fd)
        finally:
            os.close(fd)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from None
