"""`modconsole backup` and `restore`: what was there is there again, or nothing is."""

import os
import re
import shlex
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.backup.archive import read_backup
from core.backup.erasure_list import ErasureList
from core.backup.restoring import put_in_place, unpacked_backup
from core.cli.main import main
from core.config import STATE_IN_HOME, Settings
from core.errors import InvalidInput, StoreError
from core.moderation.policies import Action
from core.serving.api_keys import KeyFolder
from core.serving.key_ring import KeyRing
from core.servinglog.queries import ServingLogQueries
from core.servinglog.windows import Window
from core.store.sql.migrate import HEAD
from core.store.sql.tables import metadata
from tests.factories import (
    HELD,
    HOSTILE,
    appealed,
    decided,
    edited,
    make_services,
    removed_by_person,
    scored,
)
from tests.integration.backups import AT, small_backup
from tests.postgres_server import drop_database, new_database
from tests.state_checks import broken_invariants, place_of, state_rows

# These differ: that there was a restore is noted.
OWN = {"audit_events", "audit_head"}
Run = Callable[..., int]


@pytest.fixture
def site(tmp_path: Path, each_state_url: str) -> Settings:
    """A home with decisions, an appeal, a key, calls and a file that a person wrote."""
    services = make_services(tmp_path / "home", state_url=each_state_url)
    scored(services, HOSTILE)
    edited(services, scored(services, HELD), f"{HELD} \N{PILE OF POO}")
    decided(services, scored(services, HELD), Action.ESCALATE)
    appealed(services, removed_by_person(services))
    services.settings.prices_path.write_text("# none yet\n")
    services.close()
    return Settings(home=tmp_path / "home", state_url=each_state_url, backend="fake")


@pytest.fixture
def elsewhere(tmp_path: Path, site: Settings) -> Iterator[Settings]:
    """An empty home, and an empty database of the same kind."""
    home = tmp_path / "elsewhere"
    if site.keeps_state_in_home:
        yield Settings(home=home, backend="fake")
        return
    url = new_database(site.state_url, is_copy=False)
    yield Settings(home=home, state_url=url, backend="fake")
    drop_database(url)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    def command(settings: Settings, *arguments: str | Path) -> int:
        monkeypatch.setenv("MODCONSOLE_HOME", str(settings.home))
        monkeypatch.setenv("MODCONSOLE_STATE_URL", settings.state_url)
        monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
        return main([str(argument) for argument in arguments])

    return command


def tables(settings: Settings) -> dict[str, list[str]]:
    place = place_of(settings)
    return {
        name: sorted(map(str, state_rows(place, f"SELECT * FROM {name}")))
        for name in metadata.tables
        if name not in OWN
    }


def calls_of(settings: Settings) -> int:
    window = Window(datetime(2020, 1, 1, tzinfo=UTC), AT.replace(year=2100))
    return ServingLogQueries(settings.serving_log_dir).summary(window).calls


def audit_kinds(settings: Settings) -> list[str]:
    found = state_rows(place_of(settings), "SELECT kind FROM audit_events ORDER BY seq")
    return [kind for (kind,) in found]


def test_a_restored_site_is_the_same_site(
    run: Run, site: Settings, elsewhere: Settings, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    key = KeyFolder(site.api_keys_dir).create("site", AT)
    before, kinds = tables(site), audit_kinds(site)
    assert run(site, "backup", tmp_path / "b.tar") == 0
    assert run(site, "backup", "--verify", tmp_path / "b.tar") == 0
    assert run(elsewhere, "restore", tmp_path / "b.tar") == 0
    assert tables(elsewhere) == before
    assert audit_kinds(elsewhere) == [*kinds, "state.restored"]
    assert broken_invariants(place_of(elsewhere)) == {}
    assert KeyRing(KeyFolder(elsewhere.api_keys_dir), lambda: 0.0).holder(key) is not None
    assert elsewhere.prices_path.read_text() == site.prices_path.read_text()
    assert calls_of(elsewhere) == calls_of(site) > 0
    assert run(elsewhere, "audit", "verify") == 0
    assert "These API keys are valid: site." in capsys.readouterr().out
    assert tmp_path.joinpath("b.tar").stat().st_mode & 0o077 == 0
    assert not elsewhere.restoring_dir.exists()


def test_who_was_erased_after_the_backup_is_erased_again(
    run: Run, site: Settings, elsewhere: Settings, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    assert run(site, "backup", tmp_path / "b.tar") == 0
    assert run(site, "erase", "author", "nobody", "--source", "test", "--yes") == 0
    assert run(site, "erase", "author", "sam", "--source", "test", "--yes") == 0
    written = site.erasures_path.read_text()
    assert "sam" not in written
    assert written.count("\n") == 1, "a name that is nobody's is not noted"
    assert run(elsewhere, "restore", tmp_path / "b.tar", "--erasures", site.erasures_path) == 0
    assert "Erased again: " in capsys.readouterr().out
    assert tables(elsewhere)["comments"]
    assert not [row for row in tables(elsewhere)["comments"] if "sam" in row]


def test_a_wrong_name_is_not_noted_as_erased(run: Run, site: Settings) -> None:
    assert run(site, "erase", "author", "[deleted]", "--source", "test", "--yes") == 2
    assert not site.erasures_path.exists()


def restored(settings: Settings, backup: Path, schema: str = HEAD) -> None:
    with unpacked_backup(settings, backup, schema, "the same") as unpacked:
        put_in_place(settings, unpacked)


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_backup(tmp_path_factory.mktemp("backup"))


def test_a_home_that_holds_something_stays_as_it_is(backup: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "notes.txt").write_text("mine")
    with pytest.raises(InvalidInput, match=r"holds notes\.txt: .* an empty home"):
        restored(Settings(home=tmp_path / "home"), backup)
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["notes.txt"]


def test_a_new_disk_counts_as_empty(backup: Path, tmp_path: Path) -> None:
    (tmp_path / "home" / "lost+found").mkdir(parents=True)
    settings = Settings(home=tmp_path / "home")
    restored(settings, backup)
    assert broken_invariants(settings.state_path) == {}


def test_a_backup_of_a_newer_version_is_refused_in_one_sentence(
    backup: Path, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match=r"was made by version 0\.1\.0 \(schema \d+; this one"):
        restored(Settings(home=tmp_path / "home"), backup, "0001")
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("cut_after", range(1, 5))
def test_a_restore_that_was_cut_off_is_done_again(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut_after: int
) -> None:
    settings, moves = Settings(home=tmp_path / "home"), 0
    replace = Path.replace

    def cut(source: Path, target: Path) -> Path:
        nonlocal moves
        moves += 1
        if moves == cut_after:
            raise KeyboardInterrupt
        return replace(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", cut)
        with pytest.raises(KeyboardInterrupt):
            restored(settings, backup)
    restored(settings, backup)
    assert broken_invariants(settings.state_path) == {}
    assert not settings.restoring_dir.exists()


def test_what_was_cut_off_before_the_erasures_were_repeated_is_done_again(
    run: Run, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path / "home", backend="fake")
    ErasureList(tmp_path / "list").add("test", "sam", AT)
    command = ("restore", backup, "--erasures", tmp_path / "list")
    with monkeypatch.context() as patched:
        patched.setattr("core.services.restore.erase_author", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(settings, *command)
    assert run(settings, *command) == 0
    assert not [row for row in tables(settings)["comments"] if "sam" in row]
    assert audit_kinds(settings).count("state.restored") == 1
    assert run(settings, *command) == 2


def test_a_backup_never_replaces_a_file_or_lies_in_the_home(
    run: Run, site: Settings, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    (tmp_path / "b.tar").write_text("mine")
    assert run(site, "backup", tmp_path / "b.tar") == 2
    assert run(site, "backup", site.home / "b.tar") == 2
    assert (tmp_path / "b.tar").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tar", "home"]
    told = capsys.readouterr().err
    assert "is there already" in told
    assert "would be lost with it" in told


def test_a_missing_folder_is_not_made(run: Run, site: Settings, tmp_path: Path, capsys) -> None:
    assert run(site, "backup", tmp_path / "disk" / "b.tar") == 2
    assert f"{tmp_path / 'disk'} is not there" in capsys.readouterr().err
    assert not (tmp_path / "disk").exists()


@pytest.mark.parametrize("used_at", [AT.replace(month=3), None])
def test_when_a_key_was_last_used_is_as_the_backup_has_it(
    run: Run, site: Settings, elsewhere: Settings, tmp_path: Path, used_at: datetime | None
) -> None:
    folder = KeyFolder(site.api_keys_dir)
    folder.create("site", AT)
    (key,) = folder.read_all()
    if used_at is not None:
        folder.note_use(key)
        moment = used_at.timestamp()
        os.utime(site.api_keys_dir / f"{key.id}.used", (moment, moment))
    assert run(site, "backup", tmp_path / "b.tar") == 0
    assert run(elsewhere, "restore", tmp_path / "b.tar") == 0
    assert KeyFolder(elsewhere.api_keys_dir).last_used_at(key) == used_at


def test_without_a_state_there_is_nothing_to_copy(run: Run, tmp_path: Path) -> None:
    assert run(Settings(home=tmp_path / "none"), "backup", tmp_path / "b.tar") == 2
    assert not (tmp_path / "b.tar").exists()


def test_a_damaged_state_is_not_copied(run: Run, tmp_path: Path, capsys) -> None:
    services = make_services(tmp_path / "home", state_url=STATE_IN_HOME)
    for number in range(40):
        scored(services, f"{HELD} {number}")
    services.close()
    state = tmp_path / "home" / "state.db"
    with closing(sqlite3.connect(state)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root = "SELECT rootpage FROM sqlite_master WHERE name = 'comments'"
        ((page,),) = connection.execute(root)
        ((size,),) = connection.execute("PRAGMA page_size")
    with state.open("r+b") as file:
        file.seek((page - 1) * size + size // 2)
        file.write(b"\xff" * (size // 2))
    assert run(Settings(home=tmp_path / "home"), "backup", tmp_path / "b.tar") == 2
    assert re.search(r"state\.db is damaged: .", capsys.readouterr().err)
    assert not (tmp_path / "b.tar").exists()


def test_settings_are_told_without_their_secrets(
    run: Run,
    site: Settings,
    elsewhere: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MODCONSOLE_REVIEW_HOURS", "30")
    monkeypatch.setenv("MODCONSOLE_SITE_NAME", "Kim's $HOME; Nook")
    monkeypatch.setenv("MODCONSOLE_SMTP_PASSWORD", "hush-hush")
    assert run(site, "backup", tmp_path / "b.tar") == 0
    assert read_backup(tmp_path / "b.tar").settings["MODCONSOLE_REVIEW_HOURS"] == "30"
    assert b"hush-hush" not in (tmp_path / "b.tar").read_bytes()
    assert "passwords and keys in settings" in capsys.readouterr().out
    monkeypatch.delenv("MODCONSOLE_SITE_NAME")
    assert run(elsewhere, "restore", tmp_path / "b.tar") == 0
    told = capsys.readouterr().out
    (line,) = [line for line in told.splitlines() if line.startswith("Set MODCONSOLE_SITE_NAME=")]
    assert shlex.split(line) == ["Set", "MODCONSOLE_SITE_NAME=Kim's $HOME; Nook"]
    assert told.count("--erasures") == 1
