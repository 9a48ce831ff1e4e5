"""The store: the transactions on a database of either kind.

A commit that has returned survives a crash of the process and of the machine. Many can read while
one writes; writers wait for each other.
"""

import logging
import time
import weakref
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, exists, false, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from core.errors import StoreError
from core.moderation.outbox import Channel
from core.store.base import Reader, Writer
from core.store.sql.database import PATIENCE_S, StateDatabase
from core.store.sql.group_commit import GroupCommit
from core.store.sql.migrate import migrate
from core.store.sql.reader import SqlReader
from core.store.sql.tables import metadata
from core.store.sql.write_outcomes import WriteOutcomes
from core.store.sql.writer import SqlWriter

_logger = logging.getLogger(__name__)
WRITABLE_WITHIN_S = 1.0
RETRY_S = 2.0
PAUSE_S = 0.1
# Names every column, and reads no row.
_ASKS_ALL = select(*(exists(select(table).where(false())) for table in metadata.tables.values()))


class SqlStore:
    """Implements `core.store.base.Store`."""

    def __init__(
        self,
        database: StateDatabase,
        channels: Collection[Channel] = (),
        *,
        tells_reporters: bool = False,
    ) -> None:
        """Brings the schema up to date. `channels` are those whose messages are stored with the
        decisions; with `tells_reporters` also those to people who reported a text. Raises
        StoreError for a state that was lost, is damaged or belongs to another
        application."""
        self._database = database
        self._channels = channels
        self._tells_reporters = tells_reporters
        # A waiting SQLite writer sleeps and tries again; threads of one process wait on a lock.
        self._writes = GroupCommit(self._begin, self._commit, patience_s=PATIENCE_S)
        # Closes the pooled connections even if `close` was never called.
        weakref.finalize(self, database.engine.dispose)
        self._outcomes = WriteOutcomes(time.monotonic)
        with self._transaction(database.begin_write) as connection:
            database.check_is_ours(connection)
            changed = migrate(connection, database.name, database.keep_copy)
        with self._errors():
            database.note_opened()
        if changed is not None:  # a warning, so that commands without a log print it
            _logger.warning("%s", changed)

    @property
    def name(self) -> str:
        """Where the state is, for messages; without a password."""
        return self._database.name

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """All reads in the block see the same snapshot."""
        with self._transaction(self._database.begin_read) as connection:
            yield SqlReader(connection)

    @contextmanager
    def write(self) -> Iterator[Writer]:
        """Takes the write lock at the beginning, so that reads in the block can't become stale.
        Writes of several threads may share a commit; each is kept or rolled back by itself."""
        with self.transaction() as connection:
            yield SqlWriter(connection, self._channels, tells_reporters=self._tells_reporters)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """As `write`, for statements on whole tables."""
        with self._errors(), self._writes.write() as connection, self._errors():
            yield connection
            self._database.end_write(connection)

    def index_texts(self, connection: Connection) -> None:
        """In a `transaction` that wrote to the tables past the writer."""
        self._database.index_texts(connection)

    def purge(self) -> None:
        """In many transactions, between which others write."""
        is_first = is_more = True
        while is_more:
            with self.transaction() as connection:
                is_more = self._database.purge(connection, is_first=is_first)
            is_first = False
        with self._errors():
            self._database.empty_log()

    @contextmanager
    def together(self) -> Iterator[None]:
        """A group commit of this thread's writes; other threads wait until it ends."""
        with self._errors(), self._writes.together():
            yield

    def check_writable(self) -> None:
        """Raises StoreError if nothing can be stored now; returns within about two seconds."""
        with self._errors():
            self._database.check()
            self._database.check_committed()
            self._check_tables()
            if (failure := self._outcomes.lasting_failure()) is not None:
                raise StoreError(f"{self._database.name}: the last write failed: {failure}")
            self._check_lock()
            self._database.check_room()

    def _check_tables(self) -> None:
        with self._transaction(self._database.begin_read) as connection:
            connection.execute(_ASKS_ALL)
            for name in self._database.search_tables:
                connection.exec_driver_sql(f"SELECT 1 FROM {name} LIMIT 0")

    def _check_lock(self) -> None:
        try:
            with self._errors(), self._writes.turn(WRITABLE_WITHIN_S):
                self._database.check_lock(WRITABLE_WITHIN_S)
        except StoreError:
            # The lock is busy but a write has just succeeded, so a new one would, too.
            if not self._outcomes.has_succeeded_within(WRITABLE_WITHIN_S):
                raise

    def close(self) -> None:
        """Close the connections. A later use opens new ones."""
        self._database.close()

    @contextmanager
    def _transaction(self, begin: Callable[[Connection], None]) -> Iterator[Connection]:
        with self._errors(), self._begun(begin) as connection:
            try:
                yield connection
            except BaseException:
                # Without a connection there is nothing left to roll back.
                with suppress(SQLAlchemyError):
                    connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")

    def _begin(self) -> Connection:
        return self._begun(self._database.begin_write)

    def _begun(self, begin: Callable[[Connection], None]) -> Connection:
        """A connection with a new transaction. Nothing was done in it yet, so a failure that may
        pass is met by trying again; but not by every caller of a server that stays away. After a
        restart of the server all pooled connections fail once and are replaced."""
        try:
            return self._begun_once(begin)
        except DBAPIError as error:
            if self._outcomes.is_away() or not self._may_pass(error):
                raise
        trying = Retrying(
            retry=retry_if_exception(self._may_pass),
            stop=stop_after_delay(RETRY_S),
            wait=wait_fixed(PAUSE_S),
            reraise=True,
        )
        try:
            return trying(self._begun_once, begin)
        except DBAPIError:
            self._outcomes.note_away()
            raise

    def _may_pass(self, error: BaseException) -> bool:
        return isinstance(error, DBAPIError) and self._database.is_transient(error.orig)

    def _begun_once(self, begin: Callable[[Connection], None]) -> Connection:
        self._database.check()
        connection = self._database.engine.connect()
        try:
            begin(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _commit(self, connection: Connection) -> None:
        """Commit, checking the database before (so that nothing is written to one that was
        replaced) and after (so that no write is acknowledged that is not in the state)."""
        with self._errors():
            self._database.check()
            self._database.check_committed()
            connection.exec_driver_sql("COMMIT")
            self._database.check()
            self._database.check_committed()
        self._outcomes.note_success()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Converts errors of the database in the block to StoreError."""
        try:
            yield
        except PoolTimeout as error:
            raise StoreError(f"{self._database.name}: too many readers at once") from error
        except DBAPIError as error:
            failure = self._database.failure(error)
            if self._database.is_lasting(error.orig):
                self._outcomes.note_failure(str(error.orig))
            raise failure from error
