"""A fresh, migrated state file, made once in a test process and then copied: most tests that need
one are shorter than its migrations, which have tests of their own."""

import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from core.config import STATE_IN_HOME
from core.private_files import make_private_folder, open_private_file
from core.store.sql import SqlStore
from core.store.sql.sqlite.database import SqliteDatabase
from tests.postgres_server import drop_database, new_database


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


STATE = "TESTS_STATE"
"""Set to `postgresql`, the tests' services keep their state on a PostgreSQL server."""

_copied: dict[Path, str] = {}
_template: list[str] = []


def keep_states_in(template: str) -> None:
    """From now on `state_url` gives copies of that database."""
    _template[:] = [template]


def drop_states() -> None:
    """Removes the databases that `state_url` made."""
    while _copied:
        drop_database(_copied.popitem()[1])


def state_url(home: Path) -> str:
    """Where the state of that home is: one database of its own for each, or the home's file."""
    if not _template:
        return STATE_IN_HOME
    place = home.absolute()
    if place not in _copied:
        _copied[place] = new_database(_template[0], is_copy=True)
    return _copied[place]
