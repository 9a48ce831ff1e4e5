"""One commit for the writes that queue together.

A commit waits for the disk, whatever it holds. So whoever leaves the write transaction while others
wait for their turn lets the next one in, and the last commits for all. Each write is a savepoint:
one that fails takes only its own rows back. Nobody is told that a write is done before the commit.
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
"""A group that takes longer commits, though others wait: other processes want to write too."""
LOOK_AGAIN_S = 0.25


class _Group:
    """One open transaction; `failure` says why nothing of it was kept."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.ended = threading.Event()
        self.failure: str | None = None
        self._writes = 0
        self._began_at = time.monotonic()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """All of the block's writes or none."""
        self._writes += 1
        self.connection.exec_driver_sql("SAVEPOINT one_write")
        try:
            yield
        except BaseException as error:
            try:
                self.connection.exec_driver_sql("ROLLBACK TO one_write")
                self.connection.exec_driver_sql("RELEASE one_write")
            except SQLAlchemyError:
                # A full disk ends the whole transaction, savepoints and all.
                self.failure = f"the transaction was rolled back: {error}"
            raise
        self.connection.exec_driver_sql("RELEASE one_write")

    @property
    def takes_more(self) -> bool:
        young = time.monotonic() - self._began_at < OPEN_AT_MOST_S
        return young and self._writes < MOST_TOGETHER and self.failure is None


class GroupCommit:
    """The writes of one process. `begin` opens a write transaction, `commit` commits it; both raise
    StoreError or an error of SQLAlchemy."""

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
        """A turn in the write transaction. Ends when what was written is on disk, else raises
        StoreError."""
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
        """Keeps the writers of this process out, with nothing open. Raises StoreError when that
        takes longer."""
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
        """Gives the turn back; returns when the group's fate is known."""
        try:
            if not (self._waiting and group.takes_more):
                self._end(group)
        finally:
            self._turn.release()
        # Whoever was waiting may have given up: then one of the group ends it.
        while not group.ended.wait(LOOK_AGAIN_S):
            if self._turn.acquire(blocking=False):
                if self._group is group:
                    self._end(group)
                self._turn.release()

    def _end(self, group: _Group) -> None:
        """Commits. The caller has the turn."""
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
