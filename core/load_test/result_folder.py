"""The load tests of a home: a file of JSON each, and a lock that the running one holds.

Whoever reads sees whole files only: each is written beside and moved into place.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from core.clock import system_clock
from core.errors import Conflict, InvalidInput, NotFound, StoreError
from core.load_test.results import (
    LoadTest,
    LoadTestPlan,
    LoadTestStatus,
    RateStep,
    ThroughputRound,
)
from core.private_files import make_private_folder, open_private_file

LOCK = "lock"
SCHEMA_VERSION = 1
STARTS_WITHIN_S = 30.0
"""A test that nobody runs yet may still be starting; after this time its process was killed."""
KILLED = "Its process was killed before it ended."
ALREADY_RUNS = "Another load test is running here: there can be one at a time."
_LOCK_TRIES, _LOCK_PAUSE_S = 20, 0.05


class LoadTestFolder:
    """Every method raises StoreError if the folder can't be used."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def list(self) -> list[LoadTest]:
        """The newest first. Files that can't be read are left out. One whose process was killed has
        failed."""
        try:
            paths = list(self._folder.glob("*.json"))
        except OSError as error:
            raise StoreError(f"the load tests can't be read: {error.strerror}") from None
        found = [test for path in paths if (test := self._read(path)) is not None]
        return sorted(found, key=lambda one: (one.started_at, one.id), reverse=True)

    def find(self, test_id: str) -> LoadTest:
        """Raises NotFound."""
        found = next((one for one in self.list() if one.id == test_id), None)
        if found is None:
            raise NotFound(f"There is no load test {test_id!r} here.")
        return found

    def running(self) -> LoadTest | None:
        """The test that runs or starts now; None without one."""
        return next((one for one in self.list() if one.status is LoadTestStatus.RUNNING), None)

    def write(self, test: LoadTest) -> None:
        """The present state of the test takes the place of the one before."""
        content = json.dumps(
            {"schema_version": SCHEMA_VERSION, **asdict(test)}, default=_text_of, indent=1
        )
        path = self._folder / f"{test.id}.json"
        draft = path.with_suffix(f".{os.getpid()}.draft")
        try:
            make_private_folder(self._folder)
            fd = open_private_file(draft, os.O_WRONLY | os.O_TRUNC)
            with os.fdopen(fd, "w") as file:
                file.write(content + "\n")
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            with suppress(OSError):
                draft.unlink()
            raise StoreError(f"the load test can't be written: {error.strerror}") from None

    def ask_to_stop(self, test_id: str) -> None:
        """The running process sees it within a moment."""
        try:
            os.close(open_private_file(self._folder / f"{test_id}.stop", os.O_WRONLY))
        except OSError as error:
            raise StoreError(f"the load test can't be stopped: {error.strerror}") from None

    def is_asked_to_stop(self, test_id: str) -> bool:
        """Whether somebody asked for it."""
        return (self._folder / f"{test_id}.stop").exists()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While a load test runs, no other one may. Raises Conflict."""
        try:
            make_private_folder(self._folder)
            lock = open_private_file(self._folder / LOCK, os.O_RDWR)
        except OSError as error:
            raise StoreError(f"the load tests can't be locked: {error.strerror}") from None
        try:
            # Somebody who only looks whether a test runs holds the lock for a moment.
            if not any(
                _locked(lock, fcntl.LOCK_EX, pause_s=_LOCK_PAUSE_S) for _ in range(_LOCK_TRIES)
            ):
                raise Conflict(ALREADY_RUNS)
            yield
        finally:
            os.close(lock)

    def _read(self, path: Path) -> LoadTest | None:
        try:
            test, age_s = read_load_test(path.read_text()), _age_s(path)
        except (OSError, InvalidInput):
            return None
        if (
            test.status is not LoadTestStatus.RUNNING
            or age_s < STARTS_WITHIN_S
            or self._is_locked()
        ):
            return test
        return replace(test, status=LoadTestStatus.FAILED, problem=KILLED)

    def _is_locked(self) -> bool:
        try:
            lock = os.open(self._folder / LOCK, os.O_RDWR)
        except OSError:
            return False
        try:
            return not _locked(lock, fcntl.LOCK_SH)
        finally:
            os.close(lock)


def _age_s(path: Path) -> float:
    return system_clock().now().timestamp() - path.stat().st_mtime


def read_load_test(text: str) -> LoadTest:
    """A load test as `LoadTestFolder.write` writes it. Raises InvalidInput for anything else, such
    as a file of a later version."""
    try:
        values: dict[str, Any] = json.loads(text)
        if values.pop("schema_version") != SCHEMA_VERSION:
            raise InvalidInput("the load test was written by another version of the console")
        plan = values.pop("plan")
        ended_at = values.pop("ended_at")
        return LoadTest(
            plan=LoadTestPlan(**plan | {"workers": tuple(plan["workers"])}),
            status=LoadTestStatus(values.pop("status")),
            started_at=datetime.fromisoformat(values.pop("started_at")),
            ended_at=ended_at and datetime.fromisoformat(ended_at),
            steps=tuple(RateStep(**one) for one in values.pop("steps")),
            rounds=tuple(ThroughputRound(**one) for one in values.pop("rounds")),
            **values,
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        raise InvalidInput("this is no load test") from None


def _locked(lock: int, how: int, *, pause_s: float = 0.0) -> bool:
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(pause_s)
        return False
    return True


def _text_of(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()
