"""A large DuckDB table is read within the memory that DuckDB is given."""

from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from core.batch.predictions.inputs import Columns, database_input
from core.sources.tables import duckdb_database
from core.sources.tables.address import database_address
from core.sources.tables.opening import open_database

pytestmark = pytest.mark.slow


def test_ids_are_compared_in_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All different values of the ids take more than that."""
    monkeypatch.setattr(duckdb_database, "MEMORY", "64MB")
    monkeypatch.setattr(duckdb_database, "MOST_THREADS", 2)
    path = tmp_path / "many.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE c AS SELECT i AS id, 'x' AS text FROM range(4000000) t(i)")
    address = database_address(str(path))
    assert address is not None
    with closing(open_database(address, is_written=False)) as database:
        found = database_input(database, Columns("id", "text"), table="c", query=None)
    assert found.total == 4_000_000
