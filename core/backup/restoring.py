"""Fills an empty home from a backup: beside its place first, where what follows a restore is done,
too, and only then in place."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from core.backup.archive import read_backup
from core.backup.contents import HOME, MODEL
from core.backup.making import POSTGRES_STATE, SQLITE_STATE
from core.backup.manifest import BackupManifest
from core.backup.unfinished import (
    begin_anew,
    note_placed,
    remove_placed_state,
    restoring_alone,
    take_away,
)
from core.config import Settings
from core.errors import InvalidInput, StoreError
from core.private_files import make_private_folder

OF_A_NEW_DISK = {"lost+found"}


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A backup that is not in place yet. `settings` are those of a home of its own, where it can
    be opened meanwhile."""

    manifest: BackupManifest
    settings: Settings


@contextmanager
def unpacked_backup(
    settings: Settings, path: Path, known_schema: str, command: str
) -> Iterator[Unpacked]:
    """Reads the backup whole before anything is written, then unpacks it beside its place, and
    fills the database of a state in PostgreSQL. `put_in_place` ends it. A home in which that was
    not reached is refused by whatever opens homes, with `command` as the way out. Raises
    InvalidInput if the home or the database holds something, Conflict, UnreadableFile for what is
    no whole backup, and StoreError."""
    folder = settings.restoring_dir
    _check_empty(settings)
    manifest = read_backup(path)
    _check_fits(settings, manifest, known_schema, path)
    try:
        with restoring_alone(folder):
            _check_empty(settings)  # another restore may have ended meanwhile
            remove_placed_state(settings)
            begin_anew(folder, command)
            read_backup(path, into=folder)
            aside = replace(settings, home=folder / HOME)
            make_private_folder(aside.home)
            _open_up(aside, folder, manifest)
            yield Unpacked(manifest, aside)
    except OSError as error:
        raise StoreError(f"{error.filename or settings.home}: {error.strerror}") from error


def put_in_place(settings: Settings, unpacked: Unpacked) -> Path | None:
    """Once nobody has the unpacked state open. The state comes last; from then on the home holds a
    site. Returns where the site's own model is now, if the backup has one. Raises OSError."""
    folder, state = settings.restoring_dir, unpacked.settings.state_path
    for entry in sorted(unpacked.settings.home.iterdir()):
        if entry != state:
            _replace(entry, settings.home / entry.name)
    has_model = (folder / MODEL).exists()
    if has_model:
        _replace(folder / MODEL, settings.restored_model_dir)
    if settings.keeps_state_in_home:
        note_placed(folder, state)
        state.replace(settings.state_path)
    take_away(folder)
    return settings.restored_model_dir if has_model else None


def _open_up(aside: Settings, folder: Path, manifest: BackupManifest) -> None:
    if manifest.state == SQLITE_STATE:
        (folder / SQLITE_STATE).replace(aside.state_path)
        return
    from core.store.sql.postgres.dumped import restore_state

    restore_state(aside.state_url, folder / POSTGRES_STATE)


def _check_empty(settings: Settings) -> None:
    home = settings.home
    try:
        found = sorted({entry.name for entry in home.iterdir()} - OF_A_NEW_DISK)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"MODCONSOLE_HOME: {home}: {error.strerror}") from error
    if settings.restoring_dir.name in found:
        return  # an earlier restore was cut off: whatever else is here came from it
    if found:
        raise InvalidInput(
            f"{home} holds {found[0]}: a backup is restored into an empty home. Move it away, or "
            "point MODCONSOLE_HOME elsewhere"
        )


def _check_fits(
    settings: Settings, manifest: BackupManifest, known_schema: str, path: Path
) -> None:
    if manifest.schema > known_schema:
        raise StoreError(
            f"{path} was made by version {manifest.console} (schema {manifest.schema}; this one "
            f"knows {known_schema}): install that version or a newer one"
        )
    if manifest.state == POSTGRES_STATE and settings.keeps_state_in_home:
        raise InvalidInput(
            f"{path} holds a state of PostgreSQL: set MODCONSOLE_STATE_URL to an empty database"
        )
    if manifest.state != POSTGRES_STATE and not settings.keeps_state_in_home:
        raise InvalidInput(
            f"{path} holds a state of a file: restore it without MODCONSOLE_STATE_URL, then "
            "`modconsole state copy` moves it to PostgreSQL"
        )


def _replace(source: Path, target: Path) -> None:
    """Also where a restore that was cut off has put one."""
    if target.is_dir():
        shutil.rmtree(target)
    source.replace(target)
