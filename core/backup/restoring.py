"""Fills an empty home from a backup."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from core.backup.archive import read_backup
from core.backup.contents import HOME, MODEL
from core.backup.making import POSTGRES_STATE, SQLITE_STATE
from core.backup.manifest import BackupManifest
from core.config import Settings
from core.errors import InvalidInput, StoreError
from core.private_files import make_private_folder

UNPACKED = ".restoring"
OF_A_NEW_DISK = {"lost+found"}


@dataclass(frozen=True, slots=True)
class Restored:
    """`model` is where the site's own model is now; None if the backup has none."""

    manifest: BackupManifest
    model: Path | None


def restore_backup(settings: Settings, path: Path, known_schema: str) -> Restored:
    """Reads the backup whole before anything is put in place; the state comes last. Until
    `end_restore` the home counts as empty, so that a restore that was cut off is done again. Raises
    InvalidInput if the home or the database holds something, UnreadableFile for what is no whole
    backup, and StoreError."""
    home, unpacked = settings.home, settings.home / UNPACKED
    _check_empty(home)
    manifest = read_backup(path)
    _check_fits(settings, manifest, known_schema, path)
    try:
        shutil.rmtree(unpacked, ignore_errors=True)
        make_private_folder(unpacked)
        read_backup(path, into=unpacked)
        model = _put_in_place(settings, unpacked, manifest)
        if manifest.state == POSTGRES_STATE:
            from core.store.sql.postgres.dumped import restore_state

            restore_state(settings.state_url, unpacked / POSTGRES_STATE)
    except OSError as error:
        raise StoreError(f"{error.filename or home}: {error.strerror}") from error
    return Restored(manifest, model)


def end_restore(settings: Settings) -> None:
    """What follows a restore is done, too: from now on the home holds a site."""
    shutil.rmtree(settings.home / UNPACKED, ignore_errors=True)


def _check_empty(home: Path) -> None:
    try:
        found = sorted({entry.name for entry in home.iterdir()} - OF_A_NEW_DISK)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"MODCONSOLE_HOME: {home}: {error.strerror}") from error
    if UNPACKED in found:
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


def _put_in_place(settings: Settings, unpacked: Path, manifest: BackupManifest) -> Path | None:
    home = settings.home
    for entry in sorted((unpacked / HOME).iterdir()) if (unpacked / HOME).exists() else ():
        _replace(entry, home / entry.name)
    has_model = (unpacked / MODEL).exists()
    if has_model:
        _replace(unpacked / MODEL, settings.restored_model_dir)
    for left in home.glob(f"{SQLITE_STATE}*"):
        left.unlink()  # of a restore that was cut off: a log would belong to another file
    if manifest.state == SQLITE_STATE:
        (unpacked / SQLITE_STATE).replace(settings.state_path)
    return settings.restored_model_dir if has_model else None


def _replace(source: Path, target: Path) -> None:
    """Also where a restore that was cut off has put one."""
    if target.is_dir():
        shutil.rmtree(target)
    source.replace(target)
