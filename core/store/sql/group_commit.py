"""Group commit: waiting writes share one commit.

A commit waits for the disk, however little it contains. So a thread that has finished its write
while others wait hands the open transaction to the next one, and the last thread commits for all.
Each write is a savepoint, so that a failed one rolls back only itself. No write returns before the
commit.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from core.errors import StoreError

MOST_TOGETHER = 32
OPEN_AT_MOST_S = 0.02
"""After this time a group commits even if threads wait, so that other processes can write."""
LOOK_AGAIN_S = 0.25


class _Group:
    """One open transaction; `failure` is why it was rolled back as a whole."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.ended = threading.Event()
        self.failure: str | None = None
        self._writes = 0
        self._began_at = time.monotonic()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Keeps all of the block's writes or none."""
        self._writes += 1
        self.connection.exec_driver_sql("SAVEPOINT one_write")
        try:
            yield
        except BaseException as error:
            try:
                self.connection.exec_driver_sql("ROLLBACK TO one_write")
                self.connection.exec_driver_sql("RELEASE one_write")
            except SQLAlchemyError:
                # On a full disk SQLite rolls back the whole transaction with its savepoints.
                self.failure = f"the transaction was rolled back: {error}"
            raise
        self.connection.exec_driver_sql("RELEASE one_write")

    @property
    def takes_more(self) -> bool:
        young = time.monotonic() - self._began_at < OPEN_AT_MOST_S
        return young and self._writes < MOST_TOGETHER and self.failure is None


class GroupCommit:
    """The writes of one process. `begin` opens a write transaction, `commit` commits it; both may
    raise StoreError or SQLAlchemyError. A write waits at most `patience_s` for its turn."""

    def __init__(
        self,
        begin: Callable[[], Connection],
        commit: Callable[[Connection], None],
        *,
        patience_s: float,
    ) -> None:
        self._begin = begin
        self._commit = commit
        self._patience_s = patience_s
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._waiting = 0
        self._group: _Group | None = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A turn in the write transaction. The block's exit returns once its writes are on disk,
        else it raises StoreError."""
        self._take_turn(self._patience_s)
        try:
            group = self._group = self._group or _Group(self._begin())
        except BaseException:
            self._turn.release()
            raise
        try:
            with group.savepoint():
                yield group.connection
        finally:
            self._leave(group)
            if group.failure is not None:
                raise StoreError(group.failure)

    @contextmanager
    def turn(self, patience_s: float) -> Iterator[None]:
        """Commits the open transaction and keeps the writers of this process out during the block.
        Raises StoreError if it gets no turn within `patience_s`."""
        self._take_turn(patience_s)
        try:
            if self._group is not None:
                self._end(self._group)
            yield
        finally:
            self._turn.release()

    def _take_turn(self, patience_s: float) -> None:
        with self._counting:
            self._waiting += 1
        try:
            is_mine = self._turn.acquire(timeout=patience_s)
        finally:
            with self._counting:
                self._waiting -= 1
        if not is_mine:
            raise StoreError("another write has held the database for too long")

    def _leave(self, group: _Group) -> None:
        """Gives the turn back; returns once the group is committed or rolled back."""
        try:
            if not (self._waiting and group.takes_more):
                self._end(group)
        finally:
            self._turn.release()
        # The waiting thread may have timed out; then a thread of this group has to commit.
        while not group.ended.wait(LOOK_AGAIN_S):
            if self._turn.acquire(blocking=False):
                if self._group is group:
                    self._end(group)
                self._turn.release()

    def _end(self, group: _Group) -> None:
        """Commits, or rolls back after a failure. The caller must hold the turn."""
        self._group = None
        try:
            if group.failure is None:
                self._commit(group.connection)
        except (StoreError, SQLAlchemyError) as error:
            group.failure = str(getattr(error, "orig", None) or error)
        finally:
            if group.failure is not None:
                with suppress(SQLAlchemyError):
                    group.connection.exec_driver_sql("ROLLBACK")
            group.connection.close()
            group.ended.set()
