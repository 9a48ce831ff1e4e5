"""A large DuckDB table is read within the memory that DuckDB is given."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from core.batch.predictions.inputs import Columns, database_input
from core.errors import StoreError
from core.sources.tables import duckdb_database
from core.sources.tables.address import database_address
from core.sources.tables.opening import open_database

pytestmark = pytest.mark.slow

MOST_MB = 700


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


def put_long_texts(path: Path, rows: int, chars: int) -> None:
    with duckdb.connect(path) as connection:
        text = f"repeat(md5(CAST(i AS VARCHAR)), {chars // 32})"
        connection.execute(
            f"CREATE TABLE c AS SELECT i AS id, {text} AS text FROM range({rows}) t(i)"
        )


CHILD = """
import sys
from contextlib import closing
from pathlib import Path
from core.batch.predictions.inputs import Columns, database_input
from core.errors import StoreError
from core.sources.tables.address import database_address
from core.sources.tables.opening import open_database

with closing(open_database(database_address(sys.argv[1]), is_written=False)) as database:
    found = database_input(database, Columns("id", "text"), table="c", query=None)
    rows = sum(len(each.texts) for each in found.batches)
status = Path("/proc/self/status").read_text()
print(rows, int(status.split("VmHWM:")[1].split()[0]) // 1024)
"""


def test_long_texts_are_not_in_memory_together(tmp_path: Path) -> None:
    """Half a gigabyte of texts. All rows of a batch at once took 860 MB."""
    path = tmp_path / "long.duckdb"
    put_long_texts(path, 20_000, 25_600)
    command = [sys.executable, "-c", CHILD, str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    rows, peak_mb = map(int, ended.stdout.split())
    assert rows == 20_000
    assert peak_mb < MOST_MB


def test_texts_too_long_for_the_memory_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duckdb_database, "MEMORY", "64MB")
    path = tmp_path / "long.duckdb"
    put_long_texts(path, 2048, 128_000)
    address = database_address(str(path))
    assert address is not None
    with (
        closing(open_database(address, is_written=False)) as database,
        pytest.raises(
            StoreError,
            match=r"^long.duckdb: DuckDB needs more than 64MB .* too long .* Out of Memory",
        ),
    ):
        list(database.stream("SELECT * FROM c", 1024))
