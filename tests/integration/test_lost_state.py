"""A lost or damaged state is never taken for a first start: the console refuses to open, and says
which file is affected and what to do."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import StoreError
from core.store.sql import SqlStore, migrate
from core.store.sql.sqlite.database import SqliteDatabase
from tests.factories import HELD, make_services, scored


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one waiting comment and no running process."""
    services = make_services(tmp_path / "home")
    scored(services, HELD)
    services.close()
    return tmp_path / "home"


def refusal_of(home: Path) -> str:
    """The reason why the console does not open; checks that no file changed."""
    before = {path: path.read_bytes() for path in home.iterdir() if path.is_file()}
    with pytest.raises(StoreError) as refusal:
        make_services(home)
    assert str(home / "state.db") in str(refusal.value)
    for path, content in before.items():
        assert path.read_bytes() == content
    return str(refusal.value)


def truncate(path: Path, size: int = 0) -> None:
    with path.open("rb+") as file:
        file.truncate(size)


def empty_database(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("VACUUM")


def test_truncated_to_nothing_is_refused_with_the_way_out(home: Path) -> None:
    truncate(home / "state.db")
    words = refusal_of(home)
    assert "is empty, but a state was kept here" in words
    assert "Put a copy of it back" in words


def test_taken_away_is_refused_and_nothing_new_is_made(home: Path) -> None:
    (home / "state.db").unlink()
    assert "is missing, but a state was kept here" in refusal_of(home)
    assert not (home / "state.db").exists()


def test_database_without_a_table_is_refused(home: Path) -> None:
    empty_database(home / "state.db")
    with pytest.raises(StoreError, match=r"state\.db is empty, but a state was kept here"):
        make_services(home)


@pytest.mark.parametrize("trace", ["state.db-wal", "serving-log/api-1-1-0.jsonl"])
def test_empty_file_in_a_home_from_before_the_mark_is_refused(tmp_path: Path, trace: str) -> None:
    (tmp_path / trace).parent.mkdir(exist_ok=True)
    (tmp_path / trace).write_bytes(b"from an older version")
    (tmp_path / "state.db").touch()
    refusal_of(tmp_path)


def test_home_of_an_older_version_gets_the_mark(home: Path) -> None:
    (home / "state.db.made").unlink()
    make_services(home).close()
    truncate(home / "state.db")
    refusal_of(home)


@pytest.mark.parametrize("made_before", [False, True])
def test_first_start_that_was_killed_at_once_is_still_a_first_start(
    tmp_path: Path, made_before: bool
) -> None:
    if made_before:
        (tmp_path / "state.db").touch()
        empty_database(tmp_path / "state.db")
    else:
        (tmp_path / "state.db").touch()
    make_services(tmp_path).close()


def test_begun_anew_as_the_message_says(home: Path) -> None:
    truncate(home / "state.db")
    for path in home.glob("state.db*"):
        path.unlink()
    services = make_services(home)
    with services.context.store.read() as reader:
        assert reader.is_empty()
    services.close()


def test_state_behind_a_link_is_the_file_the_link_leads_to(home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "large-disk" / "moderation.sqlite"
    elsewhere.parent.mkdir()
    (home / "state.db").rename(elsewhere)
    (home / "state.db").symlink_to(elsewhere)
    services = make_services(home)
    scored(services, HELD)
    services.context.store.check_writable()
    with services.context.store.read() as reader:
        assert reader.count_waiting() == 0
    assert elsewhere.with_name("moderation.sqlite-wal").exists()
    (home / "state.db").unlink()
    (home / "state.db").symlink_to(tmp_path / "large-disk" / "other.sqlite")
    with pytest.raises(StoreError, match="not the file that was opened"):
        scored(services, HELD)
    services.close()


def test_loop_of_links_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "state.db").symlink_to("state.db")
    with pytest.raises(StoreError, match=r"state\.db: "):
        make_services(tmp_path)


def test_copy_that_was_put_back_opens(home: Path, tmp_path: Path) -> None:
    shutil.copy(home / "state.db", tmp_path / "copy.db")
    truncate(home / "state.db")
    refusal_of(home)
    shutil.copy(tmp_path / "copy.db", home / "state.db")
    services = make_services(home)
    with services.context.store.read() as reader:
        assert not reader.is_empty()
    services.close()


def zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def letter(path: Path) -> None:
    path.write_text("This is no database, it is a letter. " * 100)


def short_letter(path: Path) -> None:
    path.write_text("x")


def half(path: Path) -> None:
    truncate(path, path.stat().st_size // 2 // 4096 * 4096)


def torn_page(path: Path) -> None:
    truncate(path, 1000)


def header_alone(path: Path) -> None:
    truncate(path, 100)


@pytest.mark.parametrize("spoil", [zeros, letter, short_letter, half, torn_page, header_alone])
def test_damaged_file_is_refused_with_the_way_out(
    home: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(home / "state.db")
    assert "Put a copy of it back" in refusal_of(home)


def test_folder_in_the_place_of_the_file_is_refused(home: Path) -> None:
    (home / "state.db").unlink()
    (home / "state.db").mkdir()
    assert "is not a file" in refusal_of(home)


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as raw:
        for statement in statements:
            raw.execute(statement)
        raw.commit()


@pytest.mark.parametrize("with_alembic", [False, True])
def test_database_of_another_application_is_left_alone(tmp_path: Path, with_alembic: bool) -> None:
    change(tmp_path / "state.db", "CREATE TABLE bookmarks (url TEXT)")
    if with_alembic:
        change(
            tmp_path / "state.db",
            "CREATE TABLE alembic_version (version_num TEXT)",
            "INSERT INTO alembic_version VALUES ('1975ea83b712')",
        )
    assert "another application" in refusal_of(tmp_path)


def test_schema_of_a_newer_version_is_named_with_the_file(home: Path) -> None:
    change(home / "state.db", "UPDATE alembic_version SET version_num = '0099'")
    assert "schema 0099" in refusal_of(home)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE alembic_version SET version_num = '0001'",  # what 0002 makes is there already
        "DELETE FROM alembic_version",
        "DROP TABLE threads",
        "ALTER TABLE appeals DROP COLUMN outcome_reason",
    ],
)
def test_half_migrated_state_is_refused(home: Path, damage: str) -> None:
    change(home / "state.db", damage)
    assert "put a copy of it back" in refusal_of(home).lower()


def test_refused_store_leaves_no_lock_behind(home: Path) -> None:
    change(home / "state.db", "UPDATE alembic_version SET version_num = '0099'")
    with pytest.raises(StoreError):
        SqlStore(SqliteDatabase(home / "state.db"))
    change(home / "state.db", f"UPDATE alembic_version SET version_num = '{migrate.HEAD}'")
    make_services(home).close()
