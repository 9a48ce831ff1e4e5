"""What differs between the kinds of database that can hold the state."""

from typing import Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from core.errors import StoreError

PATIENCE_S = 20
"""How long a write waits for the writes of other processes and threads."""


class StateDatabase(Protocol):
    """One opened database. Threads may share it. Its transactions are begun here and ended by
    COMMIT or ROLLBACK. Every method but the last four may raise StoreError or DBAPIError."""

    name: str
    """For messages: it holds no password."""

    engine: Engine

    search_tables: tuple[str, ...]
    """What the search needs besides the tables of the metadata."""

    def begin_read(self, connection: Connection) -> None:
        """Begins a transaction whose reads all see one moment."""
        ...

    def begin_write(self, connection: Connection) -> None:
        """Begins a transaction and takes the write lock, so that what is read can't become stale.
        Waits up to `PATIENCE_S` for it."""
        ...

    def check_is_ours(self, connection: Connection) -> None:
        """Raises StoreError if the state was lost, or the tables are another application's."""
        ...

    def keep_copy(self, connection: Connection, schema: str) -> str:
        """Before the tables are changed: keeps a copy of the state, which has that schema, and
        says where. Raises StoreError, and then nothing is changed."""
        ...

    def note_opened(self) -> None:
        """The schema is up to date and committed."""
        ...

    def end_write(self, connection: Connection) -> None:
        """Completes the transaction: to be called after its last statement."""
        ...

    def index_texts(self, connection: Connection) -> None:
        """Makes the search's index of the tables as they are."""
        ...

    def purge(self, connection: Connection, *, is_first: bool) -> bool:
        """In a transaction, removes a part of the words that the search's index still has of texts
        that left it; whether there may be more. `is_first`: all that is there now is meant."""
        ...

    def empty_log(self) -> None:
        """Outside a transaction, removes what the log, and copies from before a change of the
        tables, still have of what was overwritten."""
        ...

    def check(self) -> None:
        """Raises StoreError if it is no longer the state that this process opened."""
        ...

    def check_committed(self) -> None:
        """To be called before a commit, for those before it, and after it. Raises StoreError if one
        is not in the state."""
        ...

    def check_lock(self, seconds: float) -> None:
        """Takes the write lock and gives it back. Raises if that takes longer than `seconds`."""
        ...

    def check_room(self) -> None:
        """Raises StoreError if there is no room for another write, where that can be known."""
        ...

    def is_lasting(self, error: BaseException | None) -> bool:
        """Whether the next write would meet the driver's error too, although `check_lock` may
        not."""
        ...

    def is_transient(self, error: BaseException | None) -> bool:
        """Whether the transaction may well succeed if it is begun again at once."""
        ...

    def failure(self, error: DBAPIError) -> StoreError:
        """The error in the console's words."""
        ...

    def close(self) -> None: ...
