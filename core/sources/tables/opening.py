"""Opens a database by its address."""

from core.errors import InvalidInput
from core.sources.tables.adbc_database import AdbcDatabase
from core.sources.tables.address import DatabaseAddress, DatabaseKind
from core.sources.tables.base import Database
from core.sources.tables.duckdb_database import DuckDbDatabase


def open_database(address: DatabaseAddress, *, is_written: bool) -> Database:
    """Raises InvalidInput for a file that is not there, StoreError, or MissingExtra. A file that is
    to be written is created."""
    path = address.path
    if path is not None and path.is_dir():
        raise InvalidInput(f"{path} is a folder")
    if path is not None and not is_written and not path.is_file():
        raise InvalidInput(f"there is no file {path}")
    if path is not None and not path.absolute().parent.is_dir():
        raise InvalidInput(f"there is no folder {path.parent}")
    if address.kind in (DatabaseKind.DUCKDB, DatabaseKind.MOTHERDUCK):
        return DuckDbDatabase(address, is_written=is_written)
    return AdbcDatabase(address, is_written=is_written)
