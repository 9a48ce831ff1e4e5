"""Makes a backup while everything runs."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from core.backup.archive import BackupWriter, written_backup
from core.backup.contents import HOME, MODEL, files_below, home_entries, left_out, own_model
from core.backup.manifest import BackupManifest
from core.config import SECRETS, Settings
from core.errors import InvalidInput, StoreError
from core.private_files import open_private_file

SQLITE_STATE = "state.db"
POSTGRES_STATE = "state.dump"
LINES = ".jsonl"
PATIENCE_S = 120
_LOOK_EVERY_S = 0.2


def make_backup(
    settings: Settings, to: Path, *, console: str, made_at: datetime, environ: Mapping[str, str]
) -> BackupManifest:
    """Writes the state of one moment, then the files beside it as they are, to the new file `to`.
    Raises InvalidInput if there is no state or `to` is in the home or there already, StoreError,
    and MissingExtra without PostgreSQL's programs."""
    if to.absolute().is_relative_to(settings.home.absolute()):
        raise InvalidInput(f"{to} is in the home folder, and would be lost with it")
    if settings.keeps_state_in_home and not settings.state_path.exists():
        raise InvalidInput(f"there is no state in {settings.home.absolute()}")
    with written_backup(to) as writer:
        state, schema = _add_state(settings, writer, to.absolute().parent)
        _add_home(settings, writer)
        if (model := own_model(settings)) is not None:
            for path in files_below(model):
                writer.add_file(f"{MODEL}/{path.relative_to(model).as_posix()}", path)
        return writer.finish(
            BackupManifest(
                console=console,
                made_at=made_at,
                state=state,
                schema=schema,
                model=settings.model,
                settings=_without_secrets(environ),
                left_out=tuple(left_out(settings)),
            )
        )


def _add_state(settings: Settings, writer: BackupWriter, beside: Path) -> tuple[str, str]:
    """The name of the part and its schema. The copy is made beside the backup, where there must be
    room for it twice meanwhile."""
    name = SQLITE_STATE if settings.keeps_state_in_home else POSTGRES_STATE
    with TemporaryDirectory(dir=beside, prefix=".backup-") as folder:
        copy = Path(folder) / name
        os.close(open_private_file(copy, os.O_RDWR))
        if settings.keeps_state_in_home:
            from core.store.sql.sqlite.copied_file import copy_file

            schema = copy_file(settings.state_path, copy)
        else:
            from core.store.sql.postgres.dumped import dump_state

            schema = dump_state(settings.state_url, copy)
        writer.add_file(name, copy)
    return name, schema


def _add_home(settings: Settings, writer: BackupWriter) -> None:
    with _no_compaction(settings.serving_log_dir):
        for entry in home_entries(settings):
            for path in files_below(entry):
                inside = path.relative_to(settings.home).as_posix()
                writer.add_file(f"{HOME}/{inside}", path, whole_lines=path.suffix == LINES)


@contextmanager
def _no_compaction(log: Path) -> Iterator[None]:
    """Waits for one that runs and keeps the next out, so that the archive stays as it is."""
    from core.servinglog.archive.place import ArchivePlace

    if not log.is_dir():
        yield
        return
    for _ in range(round(PATIENCE_S / _LOOK_EVERY_S)):
        with ArchivePlace(log).locked() as is_mine:
            if is_mine:
                yield
                return
        time.sleep(_LOOK_EVERY_S)
    raise StoreError(f"{log} is being compacted for more than {PATIENCE_S} s: try again later")


def _without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    hidden = {f"MODCONSOLE_{name.upper()}" for name in SECRETS}
    return {
        name: value
        for name, value in sorted(environ.items())
        if name.startswith("MODCONSOLE_") and name not in hidden
    }
