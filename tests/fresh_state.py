"""A fresh, migrated state file, made once in a test process and then copied: most tests that need
one are shorter than its migrations, which have tests of their own."""

import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from core.private_files import make_private_folder, open_private_file
from core.store.sql import SqlStore
from core.store.sql.sqlite.database import SqliteDatabase


def put_fresh_state(path: Path) -> None:
    """Writes it to `path`, unless a state is or was there, or nothing can be written."""
    if os.path.lexists(path) or path.with_name(f"{path.name}.made").exists():
        return
    with suppress(OSError):
        make_private_folder(path.parent)
        with os.fdopen(open_private_file(path, os.O_WRONLY), "wb") as file:
            file.write(_migrated())


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "state.db"
        SqlStore(SqliteDatabase(path)).close()
        return path.read_bytes()
