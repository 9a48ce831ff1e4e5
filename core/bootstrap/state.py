"""Opens the state: the file in the home folder, or the database that MODCONSOLE_STATE_URL names."""

from core.config import Settings
from core.errors import InvalidInput
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


def check_has_state(settings: Settings) -> None:
    """For what only reads or changes a state: in a wrong folder an empty one would be made, and
    answered for. One that was lost is told as lost when it is opened. Raises InvalidInput."""
    if not has_state(settings) and not _was_made(settings):
        raise InvalidInput(
            f"there is no state in {settings.home.absolute()}: set MODCONSOLE_HOME to the home of "
            "the site"
        )


def check_has_log(settings: Settings) -> None:
    """As `check_has_state`, for what reads the serving log, which may be here alone."""
    if not settings.serving_log_dir.exists():
        check_has_state(settings)


def _was_made(settings: Settings) -> bool:
    return any(settings.home.glob(f"{settings.state_path.name}*"))
