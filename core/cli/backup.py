"""`modconsole backup` and `modconsole restore`."""

import argparse
import os
from contextlib import closing
from pathlib import Path

from core.backup.archive import read_backup
from core.backup.erasure_list import ErasureList
from core.backup.making import make_backup
from core.backup.manifest import BackupManifest
from core.backup.restoring import Restored, end_restore, restore_backup
from core.bootstrap.home import open_home
from core.bootstrap.services import build_services
from core.cli.arguments import Commands
from core.cli.output import ExitCode
from core.clock import system_clock
from core.config import Settings
from core.doctor.installation import console_version
from core.errors import InvalidInput
from core.moderation.permissions import SYSTEM
from core.services.restore import finish_restore
from core.serving.api_keys import KeyFolder
from core.store.sql.migrate import HEAD

MODEL_SETTING = "MODCONSOLE_MODEL"
HOME_SETTING = "MODCONSOLE_HOME"


def add_commands(commands: Commands) -> None:
    """Declares `backup` and `restore`."""
    command = commands.add(
        "backup",
        run_backup,
        "Copy the site into one file, while everything runs.",
        "The file holds the state of one moment, API keys (as digests), the serving log, what you "
        "wrote in the home folder, the site's own model, and settings without secrets. It holds "
        "what people wrote: keep it as you keep the home. `--verify` reads a backup whole and "
        "compares it with what it says of itself. See docs/backup.md.",
    )
    command.add_argument("file", type=Path, metavar="FILE", help="the new file, or the one to read")
    command.add_argument("--verify", action="store_true", help="only read FILE and compare")
    command = commands.add(
        "restore",
        run_restore,
        "Fill an empty home from a backup.",
        "MODCONSOLE_HOME must be empty, and so must a PostgreSQL database. A backup that was cut "
        "off or changed is refused before anything is put in place. The audit log notes the "
        "restore. See docs/backup.md.",
    )
    command.add_argument("file", type=Path, metavar="FILE", help="the backup")
    command.add_argument(
        "--erasures",
        type=Path,
        metavar="LIST",
        help="the newest copy of the list of erasures (MODCONSOLE_ERASURES_FILE): whoever is on it "
        "is erased again",
    )


def run_backup(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole backup`."""
    path: Path = arguments.file
    if arguments.verify:
        manifest = read_backup(path)
        print(f"{path} is whole: {_described(manifest)}.")
        return ExitCode.DONE
    now = system_clock().now()
    manifest = make_backup(
        settings, path, console=console_version(), made_at=now, environ=os.environ
    )
    print(f"{path}: {_described(manifest)}.")
    for each in manifest.left_out:
        print(f"Not in it: {each}.")
    return ExitCode.DONE


def run_restore(arguments: argparse.Namespace, settings: Settings) -> int:
    """`modconsole restore`."""
    listed: Path | None = arguments.erasures
    if listed is not None and not listed.is_file():
        raise InvalidInput(f"{listed} is not there")
    restored = restore_backup(settings, arguments.file, HEAD)
    open_home(settings)
    erasures = ErasureList(settings.erasures_path if listed is None else listed)
    made_at = restored.manifest.made_at
    with closing(build_services(settings, worker="restore")) as services:
        erased = finish_restore(services.context, SYSTEM, made_at, erasures.listed)
    end_restore(settings)
    print(f"{settings.home}: {_described(restored.manifest)}.")
    if erased.comments or erased.threads or erased.reports:
        print(f"Erased again: {erased.comments:,} comments of authors on the list of erasures.")
    _print_what_is_left(settings, restored, has_list=listed is not None)
    return ExitCode.DONE


def _print_what_is_left(settings: Settings, restored: Restored, *, has_list: bool) -> None:
    """What only a person can do now."""
    manifest = restored.manifest
    since = f"{manifest.made_at:%Y-%m-%d %H:%M} UTC"
    if not has_list:
        print(f"Repeat the erasures of authors made after {since}, or begin anew with --erasures.")
    if keys := KeyFolder(settings.api_keys_dir).read_usable()[0]:
        names = ", ".join(key.name for key in keys)
        print(f"These API keys are valid: {names}. Revoke those that you had revoked since.")
    wanted = dict(manifest.settings)
    if restored.model is not None:
        wanted[MODEL_SETTING] = str(restored.model)
    for name, value in sorted(wanted.items()):
        if name != HOME_SETTING and os.environ.get(name) != value:
            print(f"Set {name}={value}")
    for each in manifest.left_out:
        print(f"Not in the backup: {each}.")


def _described(manifest: BackupManifest) -> str:
    size = sum(part.bytes for part in manifest.parts)
    return (
        f"the site as of {manifest.made_at:%Y-%m-%d %H:%M} UTC, by version {manifest.console}, in "
        f"{len(manifest.parts):,} parts of {size / 1e6:,.1f} MB"
    )
