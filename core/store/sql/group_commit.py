"""Group commit: the writes of a block share one commit.

A commit waits for the disk, however little it contains. Each write is a savepoint, so that a failed
one rolls back only itself.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from core.errors import StoreError


class _Group:
    """One open transaction; `failure` is why it was rolled back as a whole. `kept` and `failed`
    count its writes."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.failure: str | None = None
        self.kept = self.failed = 0

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Keeps all of the block's writes or none."""
        if self.failure is not None:
            raise StoreError(self.failure)
        self._run("SAVEPOINT one_write")
        try:
            yield
        except BaseException as error:
            self.failed += 1
            try:
                self.connection.exec_driver_sql("ROLLBACK TO one_write")
                self.connection.exec_driver_sql("RELEASE one_write")
            except SQLAlchemyError:
                # On a full disk SQLite rolls back the whole transaction with its savepoints.
                self.failure = f"the transaction was rolled back: {error}"
            raise
        self._run("RELEASE one_write")
        self.kept += 1

    def _run(self, statement: str) -> None:
        """Fails only with the whole transaction."""
        try:
            self.connection.exec_driver_sql(statement)
        except SQLAlchemyError:
            self.failure = "the database ended the transaction before it was complete"
            raise


class GroupCommit:
    """The writes of one process, one thread at a time. `begin` opens a write transaction, `commit`
    commits it; both may raise StoreError or SQLAlchemyError. A thread waits at most `patience_s`
    for its turn."""

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
        self._own = threading.local()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One write. Outside of a block of `together` its exit returns once the write is on disk,
        else it raises StoreError."""
        own: _Group | None = getattr(self._own, "group", None)
        if own is not None:
            with own.savepoint():
                yield own.connection
            return
        with self._group() as group:
            try:
                yield group.connection
            except BaseException as error:
                # It has the transaction for itself and needs no savepoint.
                group.failure = str(error)
                raise

    @contextmanager
    def together(self) -> Iterator[None]:
        """The writes of this thread in the block share one commit, at its end. Raises StoreError
        then if they were rolled back as a whole."""
        with self._group():
            yield

    @contextmanager
    def _group(self) -> Iterator[_Group]:
        with self.turn(self._patience_s):
            group = self._own.group = _Group(self._begin())
            try:
                yield group
            finally:
                self._own.group = None
                self._end(group)
            if group.failure is not None:
                raise StoreError(group.failure)

    @contextmanager
    def turn(self, patience_s: float) -> Iterator[None]:
        """Keeps the other writers of this process out during the block. Raises StoreError if it
        gets no turn within `patience_s`."""
        if not self._turn.acquire(timeout=patience_s):
            raise StoreError("another write has held the database for too long")
        try:
            yield
        finally:
            self._turn.release()

    def _end(self, group: _Group) -> None:
        """Commits, or rolls back after a failure. A group of failed writes alone is rolled back as
        well: its commit would count as a success, and a full disk would not be reported."""
        is_committed = False
        try:
            if group.failure is None and (group.kept or not group.failed):
                self._commit(group.connection)
                is_committed = True
        except (StoreError, SQLAlchemyError) as error:
            group.failure = str(getattr(error, "orig", None) or error)
        finally:
            if not is_committed:
                with suppress(SQLAlchemyError):
                    group.connection.exec_driver_sql("ROLLBACK")
            group.connection.close()
