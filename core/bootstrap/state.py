"""Opens the state: the file in the home folder, or the database that MODCONSOLE_STATE_URL names."""

from core.config import Settings
from core.store.sql import SqlStore
from core.store.sql.database import StateDatabase
from core.store.sql.sqlite.database import SqliteDatabase


def open_store(settings: Settings) -> SqlStore:
    """Creates the state on first use. Raises StoreError, or MissingExtra without the driver."""
    if settings.keeps_state_in_home:
        return open_home_store(settings)
    from core.store.sql.postgres.database import PostgresDatabase

    database = PostgresDatabase(settings.state_url, settings.home)
    return _store(database, settings)


def open_home_store(settings: Settings) -> SqlStore:
    """The file in the home folder, wherever the state is now."""
    return _store(SqliteDatabase(settings.state_path), settings)


def _store(database: StateDatabase, settings: Settings) -> SqlStore:
    return SqlStore(database, settings.channels, tells_reporters=settings.tell_reporters == "yes")


def has_state(settings: Settings) -> bool:
    """Whether there is one, as far as that can be known without opening it."""
    return not settings.keeps_state_in_home or settings.state_path.exists()
