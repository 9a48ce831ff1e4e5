"""The folder in which a restore works, and by which every other command knows that one did not
finish. It is taken away last, so a home that has it holds nothing that anybody may open."""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import file_digest
from pathlib import Path

from core.config import Settings
from core.errors import Conflict, InvalidInput
from core.private_files import make_private_folder, open_private_file

COMMAND = "command"
LOCK = "lock"
PLACED = "placed"
_KEPT = (COMMAND, LOCK, PLACED)
_ANY_RESTORE = "modconsole restore FILE --erasures LIST"


def command_to_end(folder: Path) -> str | None:
    """The command that ends the restore that was cut off; None if none was. Raises OSError."""
    try:
        names = {entry.name for entry in folder.iterdir()}
        if COMMAND in names:
            return (folder / COMMAND).read_text()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return _ANY_RESTORE if names else None


@contextmanager
def restoring_alone(folder: Path) -> Iterator[None]:
    """While this process restores into the folder's home, no other one may. Raises Conflict."""
    make_private_folder(folder)
    lock = open_private_file(folder / LOCK, os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise Conflict(f"another process restores into {folder.parent}") from None
    try:
        yield
    finally:
        os.close(lock)


def begin_anew(folder: Path, command: str) -> None:
    """Empties the folder, and notes which command ends the restore."""
    _empty(folder)
    _write(folder / COMMAND, command)


def note_placed(folder: Path, state: Path) -> None:
    """To be called just before the state is put in place: only while it is still that file may a
    repeated restore replace it."""
    _write(folder / PLACED, _digest(state))


def take_away(folder: Path) -> None:
    """From now on the home holds a site. An empty folder counts as none, so that a kill here
    leaves either a restore to repeat or a whole site."""
    _empty(folder)
    for name in (LOCK, COMMAND, PLACED):
        (folder / name).unlink(missing_ok=True)
    folder.rmdir()


def remove_placed_state(settings: Settings) -> None:
    """Removes what a restore put in place before it was cut off. Raises InvalidInput if another
    process has it open, or wrote to it since."""
    state, placed = settings.state_path, settings.restoring_dir / PLACED
    if state.exists():
        if _is_open_elsewhere(state):
            raise InvalidInput(f"another process has {state} open: stop it before you restore")
        if not placed.exists() or placed.read_text() != _digest(state):
            raise InvalidInput(
                f"{state} was opened after the restore that was cut off, and may hold what came in "
                f"since. It is not replaced: move {settings.home} away, or point MODCONSOLE_HOME "
                "elsewhere"
            )
    for left in settings.home.glob(f"{state.name}*"):
        left.unlink()


def _is_open_elsewhere(state: Path) -> bool:
    """In this mode SQLite waits for every other connection, also for one that does nothing."""
    with closing(sqlite3.connect(state, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
        except sqlite3.DatabaseError:
            return False  # damaged: its digest tells
    return False


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.name in _KEPT:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    draft = path.with_name(f"{path.name}.new")
    with os.fdopen(open_private_file(draft, os.O_WRONLY | os.O_TRUNC), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
