"""Connections to the SQLite file.

It is in WAL mode with `synchronous=FULL`: a commit that has returned is on the disk. With
`secure_delete`, which some builds of SQLite have by default, what is deleted or overwritten is gone
from the file's pages, too, so that erased words can't be read from a copy of the file.
"""

import hashlib
import sqlite3
import time
from pathlib import Path

from sqlalchemy import URL, Engine, FromClause, create_engine, event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.pool import QueuePool

from core.store.sql.audit_chain import SHA256
from core.store.sql.database import PATIENCE_S


class _Compiler(SQLiteCompiler):
    """Writes hints, such as `INDEXED BY`, which SQLAlchemy's own compiler for SQLite leaves out."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        return text


def make_engine(path: Path) -> Engine:
    """Opens no connection yet."""
    engine = create_engine(
        # Not a URL as text, because `?`, `#` and `%` in the path would be parsed.
        URL.create("sqlite", database=str(path)),
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=32,
        hide_parameters=True,  # otherwise error messages would quote comments
        isolation_level="AUTOCOMMIT",
        connect_args={"timeout": PATIENCE_S, "check_same_thread": False},
    )

    engine.dialect.statement_compiler = _Compiler

    @event.listens_for(engine, "connect")
    def _configure(raw: object, _record: object) -> None:
        raw.create_function(SHA256, 1, _sha256, deterministic=True)  # type: ignore[attr-defined]
        cursor = raw.cursor()  # type: ignore[attr-defined]  # a DB-API connection
        _enter_wal(cursor)
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def open_probe(path: Path, seconds: float) -> sqlite3.Connection:
    """A connection of its own that waits at most `seconds` for a lock. Raises sqlite3.Error."""
    probe = sqlite3.connect(path, timeout=seconds, isolation_level=None, check_same_thread=False)
    _enter_wal(probe.cursor())
    return probe


def _enter_wal(cursor: sqlite3.Cursor) -> None:
    """Switch to WAL mode, trying again while SQLite is busy: it ignores the busy timeout here when
    another process writes in the old mode, as happens when several open a new file together."""
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > give_up_at:
                raise
        time.sleep(0.02)
