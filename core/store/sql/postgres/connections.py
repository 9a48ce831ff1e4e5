"""Connections to PostgreSQL, by psycopg 3."""

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from core.errors import ConfigError, MissingExtra
from core.store.sql.database import PATIENCE_S

CONNECT_WITHIN_S = 3
# A process that stops in the middle of a write (frozen, cut off) would keep the write lock.
IDLE_WRITE_S = 60
_SESSION = (
    f"SET lock_timeout = '{PATIENCE_S}s'; "
    f"SET idle_in_transaction_session_timeout = '{IDLE_WRITE_S}s'"
)
# A host that has vanished is noticed after about 15 seconds and not after hours.
_KEEPALIVE = {
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,
}


def parse_url(text: str) -> URL:
    """Raises ConfigError, which doesn't quote the text: it may hold a password."""
    try:
        url = make_url(text).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        raise ConfigError(
            "MODCONSOLE_STATE_URL can't be read: write postgresql://USER:PASSWORD@HOST:PORT/"
            "DATABASE, with signs such as @, : and / in the password as %40, %3A and %2F"
        ) from None
    if not url.database:
        raise ConfigError("MODCONSOLE_STATE_URL names no database after the host")
    return url


def make_engine(url: URL, *, connections: int) -> Engine:
    """At most that many connections; none is opened yet. Raises MissingExtra."""
    kept = min(connections, 4)
    try:
        engine = create_engine(
            url,
            pool_size=kept,
            max_overflow=connections - kept,
            pool_timeout=PATIENCE_S,
            hide_parameters=True,  # otherwise error messages would quote comments
            isolation_level="AUTOCOMMIT",
            connect_args={"connect_timeout": CONNECT_WITHIN_S, **_KEEPALIVE},
        )
    except ImportError as error:
        raise MissingExtra(
            "a state in PostgreSQL needs psycopg: pip install 'moderation-console[postgres]'"
        ) from error

    @event.listens_for(engine, "connect")
    def _configure(raw: object, _record: object) -> None:
        cursor = raw.cursor()  # type: ignore[attr-defined]  # a DB-API connection
        cursor.execute(_SESSION)
        cursor.close()

    return engine
