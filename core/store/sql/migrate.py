"""Bring the schema up to date, inside the caller's write transaction."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from core.errors import StoreError
from core.store.sql.tables import metadata

HEAD = "0024"
KeepCopy = Callable[[Connection, str], str]
_SCRIPTS = Path(__file__).parents[1] / "migrations"


def migrate(connection: Connection, where: str, keep_copy: KeepCopy) -> str | None:
    """Run the missing migrations. The caller holds the write lock, which keeps other processes out.
    `keep_copy` is called before the tables of a state are changed, and says where the copy is.
    Returns what was changed, for a state that was there before.

    Raises StoreError, naming `where`, if the schema is newer than this code or incomplete.
    """
    found, kept = _stored_version(connection), ""
    if found != HEAD:
        kept = _upgrade(connection, found, where, keep_copy)
    _check_whole(connection, where)
    return f"{where} was changed from schema {found} to {HEAD}; {kept}" if kept else None


def _upgrade(connection: Connection, found: str | None, where: str, keep_copy: KeepCopy) -> str:
    # Imported here because it is slow to import and only a new or old state needs it.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    if found is not None and found not in known:
        raise StoreError(
            f"{where} was written by a newer version (schema {found}; this one knows {HEAD}). "
            "Install the newer version, or point MODCONSOLE_HOME elsewhere."
        )
    kept = "" if found is None else keep_copy(connection, found)
    try:
        command.upgrade(config, "head")
    except DBAPIError as error:
        reason = str(error.orig).splitlines()[0]
        raise StoreError(
            f"{where} can't be brought from schema {found or 'none'} to {HEAD}: {reason}. "
            "Nothing was changed; put a copy of it back."
        ) from error
    return kept


def _check_whole(connection: Connection, where: str) -> None:
    found = inspect(connection).get_multi_columns()
    kept = {f"{key[1]}.{column['name']}" for key, columns in found.items() for column in columns}
    missing = {str(column) for table in metadata.tables.values() for column in table.columns} - kept
    if missing:
        raise StoreError(f"{where} lacks {', '.join(sorted(missing)[:3])}: put a copy of it back")


def _stored_version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return None if row is None else str(row[0])
