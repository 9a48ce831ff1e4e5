"""A copy of the state's file made while others write to it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from core.errors import StoreError
from core.store.sql.database import PATIENCE_S


def copy_file(source: Path, target: Path) -> str:
    """Copies the state as it is at one moment, by SQLite's online backup: writers go on meanwhile.
    Returns its schema's version. Raises StoreError if the source can't be read or is damaged."""
    try:
        with (
            # Not read-only: SQLite may have to make the index of the log.
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.execute(f"PRAGMA busy_timeout={PATIENCE_S * 1000}")
            old.backup(new)
            # One file, without a log beside it, until it is opened again.
            new.execute("PRAGMA journal_mode=DELETE")
            problem = new.execute("PRAGMA quick_check(1)").fetchone()[0]
            if problem != "ok":
                raise StoreError(f"{source} is damaged: {problem}")
            return str(new.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except sqlite3.Error as error:
        raise StoreError(f"{source} can't be copied: {error}") from error
