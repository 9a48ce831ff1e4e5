"""The schema: migrations create the tables of the code; which versions can be opened."""

import io
import re
import runpy
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect
from sqlalchemy.dialects import postgresql

from core.errors import StoreError
from core.store.sql import SqlStore, migrate
from core.store.sql.sqlite.database import SqliteDatabase
from core.store.sql.tables import metadata
from tests.patience import PATIENT_S

# The search's, of SQLite alone; those that FTS5 makes for itself begin with the index's name.
SEARCH_TABLES = {
    "search_documents",
    "search_index",
    *(f"search_index_{part}" for part in ("config", "data", "docsize", "idx")),
}
SCRIPTS = Path(migrate.__file__).parents[1] / "migrations"
OPEN = """
import sys
import threading
from pathlib import Path
from core.store.sql import SqlStore
from core.store.sql.sqlite.database import SqliteDatabase
store = SqlStore(SqliteDatabase(Path(sys.argv[1])))
with store.read() as reader:
    print(reader.count_waiting())
store.close()
"""


def opened(path: Path) -> Path:
    SqlStore(SqliteDatabase(path)).close()
    return path


def test_migrations_make_the_tables_the_code_knows(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{opened(tmp_path / 'state.db')}")
    with engine.connect() as connection:
        options = {"include_name": lambda name, kind, _: name not in SEARCH_TABLES}
        context = MigrationContext.configure(connection, opts=options)
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []


def test_comparison_would_find_a_difference(tmp_path: Path) -> None:
    path = opened(tmp_path / "state.db")
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE threads ADD COLUMN forgotten TEXT")
    connection.close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connected:
        options = {"include_name": lambda name, kind, _: name not in SEARCH_TABLES}
        context = MigrationContext.configure(connected, opts=options)
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert [difference[0] for difference in differences] == ["remove_column"]


def test_head_of_the_code_is_the_newest_script() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [migrate.HEAD]


def test_numbers_of_scripts_sort_as_text() -> None:
    """`migrate` compares version numbers as text."""
    assert all(len(path.name.split("_")[0]) == 4 for path in SCRIPTS.glob("versions/*_*.py"))


def test_schema_newer_than_the_code_refuses_to_start(tmp_path: Path) -> None:
    path = opened(tmp_path / "state.db")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
    connection.close()
    with pytest.raises(StoreError, match="schema 0099") as refusal:
        SqlStore(SqliteDatabase(path))
    assert "Install the newer version" in str(refusal.value)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0099",)
    connection.close()


def test_state_that_is_up_to_date_is_opened_again_as_it_is(tmp_path: Path) -> None:
    path = opened(tmp_path / "state.db")
    engine = create_engine(f"sqlite:///{path}")
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    opened(path)
    assert names == {*metadata.tables, *SEARCH_TABLES, "alembic_version"}


def test_file_that_is_no_database_is_a_store_error_naming_it(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_text("This is no database, it is a letter. " * 100)
    with pytest.raises(StoreError, match=r"state\.db"):
        SqlStore(SqliteDatabase(path))


INTEGER = re.compile(r"\b(INTEGER|SERIAL)\b")


def test_counts_and_keys_have_64_bits_in_postgresql() -> None:
    """SQLite has no narrower integer types; flags may be narrower."""
    said = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": said}
    )
    narrow: set[str] = set()
    statements = ""
    with Operations.context(context):
        for path in sorted(SCRIPTS.glob("versions/*_*.py")):
            said.truncate(said.seek(0))
            runpy.run_path(str(path))["upgrade"]()
            statements += said.getvalue()
            table = ""
            for line in said.getvalue().splitlines():
                words = line.split()
                if line.startswith(("CREATE TABLE", "ALTER TABLE")):
                    table = words[2]
                is_change = "ALTER COLUMN" in line or "ADD COLUMN" in line
                column = words[5] if is_change else words[0] if words else ""
                narrow.discard(f"{table}.{column}")
                if INTEGER.search(line):
                    narrow.add(f"{table}.{column}")
    assert narrow == {"revisions.is_latest", "comments.is_time_known"}
    assert "ALTER SEQUENCE audit_events_seq_seq AS BIGINT" in statements
    dialect = postgresql.dialect()
    kinds = {
        str(column): column.type.compile(dialect)
        for table in metadata.tables.values()
        for column in table.columns
    }
    assert [name for name, kind in kinds.items() if kind == "INTEGER"] == [
        "comments.is_time_known",
        "revisions.is_latest",
    ]


@pytest.mark.parametrize("name", ["a folder", "a file/state.db"])
def test_place_that_cannot_hold_a_file_is_a_store_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "a folder").mkdir()
    (tmp_path / "a file").touch()
    with pytest.raises(StoreError, match="a f"):
        SqlStore(SqliteDatabase(tmp_path / name))


def test_first_commit_is_durable_and_readers_do_not_wait_for_the_writer(tmp_path: Path) -> None:
    store = SqlStore(SqliteDatabase(tmp_path / "state.db"))
    with store.write():
        raw = store._database.engine.raw_connection()
        found = [
            raw.cursor().execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
        raw.close()
    store.close()
    assert found == ["wal", 2, 1]


@pytest.mark.slow
def test_four_processes_open_a_fresh_place_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPEN, str(tmp_path / "new" / "state.db")]
    children = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(4)
    ]
    said = [child.communicate(timeout=PATIENT_S)[0].strip() for child in children]
    assert said == ["0"] * 4


def test_opening_waits_for_one_who_writes_in_the_old_journal_mode(tmp_path: Path) -> None:
    """In this state SQLite refuses the switch to WAL at once, whatever its busy timeout."""
    path = tmp_path / "state.db"
    first = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    first.execute("BEGIN IMMEDIATE")
    waiting = threading.Timer(0.3, first.execute, ["COMMIT"])
    waiting.start()
    store = SqlStore(SqliteDatabase(path))
    waiting.join()
    with store.read() as reader:
        assert reader.count_waiting() == 0
    store.close()
    first.close()


def test_opening_gives_up_when_the_place_stays_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.sql.sqlite.connections.PATIENCE_S", 0.1)
    path = tmp_path / "state.db"
    first = sqlite3.connect(path, isolation_level=None)
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked"):
        SqlStore(SqliteDatabase(path))
    first.close()


def test_opening_again_keeps_the_locks_of_who_has_it_open(tmp_path: Path) -> None:
    """Otherwise another process would think it is the last one when it closes, and remove the log
    in use."""
    first = SqlStore(SqliteDatabase(tmp_path / "state.db"))
    with first.read() as reader:
        reader.count_waiting()
    SqlStore(SqliteDatabase(tmp_path / "state.db")).close()
    subprocess.run([sys.executable, "-c", OPEN, str(tmp_path / "state.db")], check=True)
    assert (tmp_path / "state.db-wal").exists()
    first.close()
    assert not (tmp_path / "state.db-wal").exists()
