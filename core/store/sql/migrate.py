"""Bring the schema up to date, inside the caller's write transaction."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from core.errors import StoreError

HEAD = "0003"
_SCRIPTS = Path(__file__).parents[1] / "migrations"


def migrate(connection: Connection) -> None:
    """Run the missing migrations. The write lock the caller holds keeps others out meanwhile.

    Raises StoreError when the schema is newer than this code.
    """
    found = _stored_version(connection)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise StoreError(
            f"The state was written by a newer version (schema {found}; this one knows {HEAD}). "
            "Install the newer version, or point MODCONSOLE_HOME elsewhere."
        )
    # Alembic is imported here because only a new or old state needs it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _stored_version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return None if row is None else str(row[0])
