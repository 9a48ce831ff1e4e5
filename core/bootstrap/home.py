"""The folder of everything the console writes: created, checked and closed to other accounts."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

from core.backup.unfinished import command_to_end
from core.config import Settings
from core.errors import StoreError
from core.private_files import make_private_folder, narrow

_logger = logging.getLogger(__name__)


def open_home(settings: Settings) -> None:
    """Raises StoreError naming what is wrong with MODCONSOLE_HOME.

    Other accounts lose their access to files the console made there before. They lose access to the
    folder too, unless it also holds other files, which may be meant for them.
    """
    home = settings.home
    try:
        make_private_folder(home)
        if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
            raise StoreError(f"MODCONSOLE_HOME: this account may not read and write {home}")
        check_is_restored(settings)
        _close_to_others(home, settings)
    except FileExistsError as error:
        raise StoreError(f"MODCONSOLE_HOME: {error.filename} is not a folder") from error
    except OSError as error:
        raise StoreError(f"MODCONSOLE_HOME: {home}: {error.strerror}") from error


def check_is_restored(settings: Settings) -> None:
    """Raises StoreError, naming the command that ends it, for a home in which a restore did not
    finish: people who were erased may still be in it, and its end would replace what came in."""
    try:
        command = command_to_end(settings.restoring_dir)
    except OSError as error:
        raise StoreError(f"MODCONSOLE_HOME: {error.filename}: {error.strerror}") from error
    if command is not None:
        raise StoreError(
            f"{settings.home.absolute()} is not whole: a restore into it did not finish. Run "
            f"`{command}`, or point MODCONSOLE_HOME elsewhere"
        )


def is_in_home(path: Path, settings: Settings) -> bool:
    """Whether files written there are inside the home folder."""
    return path.resolve().is_relative_to(settings.home.resolve())


def _close_to_others(home: Path, settings: Settings) -> None:
    known, foreign = _split_entries(home, settings)
    owned_by_others = [path for path in _with_content(known) if not _narrowed(path)]
    if owned_by_others:
        _logger.warning(
            "%s belongs to another account and other accounts may be able to read it",
            owned_by_others[0],
        )
    if not foreign:
        narrow(home)
    elif home.stat().st_mode & 0o077:
        _logger.warning(
            "Other accounts can access %s, which also holds %s; `chmod 700` it "
            "unless they need access",
            home,
            min(path.name for path in foreign),
        )


def _split_entries(home: Path, settings: Settings) -> tuple[list[Path], list[Path]]:
    """Splits entries into the console's own files and others. The backends file counts as neither:
    a person wrote it, but it belongs here."""
    names = {path.name for path in settings.own_paths}
    known: list[Path] = []
    foreign: list[Path] = []
    for path in home.iterdir():
        is_known = path.name in names or path.name.startswith(settings.state_path.name)
        if is_known:
            known.append(path)
        elif path != settings.backends_path:
            foreign.append(path)
    return known, foreign


def _with_content(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from path.rglob("*")


def _narrowed(path: Path) -> bool:
    try:
        narrow(path)
    except PermissionError:
        return False
    return True
