"""`modconsole backup` and `modconsole restore`."""

import argparse
import os
import shlex
from contextlib import closing
from pathlib import Path

from core.backup.archive import read_backup
from core.backup.erasure_list import ErasureList
from core.backup.making import make_backup
from core.backup.manifest import BackupManifest
from core.backup.restoring import Unpacked, put_in_place, unpacked_backup
from core.bootstrap.home import open_home
from core.bootstrap.services import build_services
from core.cli.arguments import Commands
from core.cli.output import ExitCode
from core.clock import system_clock
from core.config import Settings
from core.doctor.installation import console_version
from core.errors import InvalidInput
from core.moderation.erasure import ErasureCount
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
        needs_whole_home=False,
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
    given: Path | None = arguments.erasures
    if given is not None and not given.is_file():
        raise InvalidInput(f"{given} is not there")
    newest = given or _list_outside(settings)
    if newest is not None:
        ErasureList(newest).check()  # before anything is written
    with unpacked_backup(settings, arguments.file, HEAD, _command(arguments)) as unpacked:
        erased = _finished(unpacked, newest)
        model = put_in_place(settings, unpacked)
    open_home(settings)
    print(f"{settings.home}: {_described(unpacked.manifest)}.")
    _print_erasures(unpacked.manifest, newest, erased)
    _print_what_is_left(settings, unpacked.manifest, model)
    return ExitCode.DONE


def _list_outside(settings: Settings) -> Path | None:
    """The list that its setting keeps outside of the home: it outlasts the home, so it is newer
    than the backup's."""
    path = settings.erasures_path
    return path if path.exists() and not path.is_relative_to(settings.home) else None


def _command(arguments: argparse.Namespace) -> str:
    """The same command, from any folder."""
    words = ["modconsole", "restore", str(arguments.file.absolute())]
    if arguments.erasures is not None:
        words += ["--erasures", str(arguments.erasures.absolute())]
    return shlex.join(words)


def _finished(unpacked: Unpacked, newest: Path | None) -> ErasureCount:
    own = ErasureList(unpacked.settings.erasures_path)
    erasures = own if newest is None else ErasureList(newest)
    with closing(build_services(unpacked.settings, worker="restore")) as services:
        made_at = unpacked.manifest.made_at
        erased = finish_restore(services.context, SYSTEM, made_at, erasures.listed)
    if newest is not None:
        own.add_all(erasures)
    return erased


def _print_erasures(manifest: BackupManifest, newest: Path | None, erased: ErasureCount) -> None:
    if newest is None:
        print(
            f"Nobody was erased again: repeat the erasures made after {_moment(manifest)}, or "
            "restore anew into an empty home with --erasures."
        )
        return
    print(
        f"Erased again: {erased.comments:,} comments, {erased.threads:,} titles and "
        f"{erased.reports:,} reports of those on {newest}."
    )


def _print_what_is_left(settings: Settings, manifest: BackupManifest, model: Path | None) -> None:
    """What only a person can do now."""
    if keys := KeyFolder(settings.api_keys_dir).read_usable()[0]:
        names = ", ".join(key.name for key in keys)
        print(f"These API keys are valid: {names}. Revoke those that you had revoked since.")
    wanted = dict(manifest.settings)
    if model is not None:
        wanted[MODEL_SETTING] = str(model)
    for name, value in sorted(wanted.items()):
        if name != HOME_SETTING and os.environ.get(name) != value:
            print(f"Set {name}={shlex.quote(value)}")
    for each in manifest.left_out:
        print(f"Not in the backup: {each}.")


def _moment(manifest: BackupManifest) -> str:
    return f"{manifest.made_at:%Y-%m-%d %H:%M} UTC"


def _described(manifest: BackupManifest) -> str:
    size = sum(part.bytes for part in manifest.parts)
    return (
        f"the site as of {_moment(manifest)}, by version {manifest.console} (schema "
        f"{manifest.schema}), in "
        f"{len(manifest.parts):,} parts of {size / 1e6:,.1f} MB"
    )
