"""The home folder: any path works; all files are inside it and private to this account."""

import logging
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.bootstrap.services import build_services
from core.cli.main import main
from core.config import Settings
from core.environment import load_settings
from core.errors import ConfigError, StoreError
from core.serving.api_keys import KeyFolder
from tests.factories import HELD, make_services, scored

pytestmark = pytest.mark.slow

NAMES = (
    "a?mode=memory&x=1",
    "a%20b",
    "a[b]c",
    "[!z]",
    "a#b",
    "a*b",
    "**",
    "two words ",
    "Grüße 语言 👋",
    "line\nbreak",
    'it\'s "quoted"',
    "back\\slash",
    "~",
    "$HOME",
    "{a,b}",
    "mode=live",
    "-x",
    "file:state",
    ":memory:",
    "x" * 250,
)


@pytest.fixture(scope="module")
def used_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("used") / "home"
    services = make_services(home)
    scored(services, HELD)
    services.close()
    return home


def calls(home: Path) -> int:
    services = make_services(home)
    counted = services.serving_log_queries.bounds().calls
    services.close()
    return counted


def files_under(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", NAMES)
def test_home_of_any_name_holds_the_whole_state_and_reads_no_other(
    tmp_path: Path, used_home: Path, name: str
) -> None:
    """Other folders have names that a pattern or a wrongly decoded path would match."""
    for decoy in ("a", "axb", "a b", "abc", "b", "z"):
        shutil.copytree(used_home, tmp_path / decoy)
    others = files_under(tmp_path)
    home = tmp_path / name

    services = make_services(home)
    revision = scored(services, HELD)
    services.close()

    new = files_under(tmp_path) - others
    assert {path.parent.relative_to(home).parts for path in new} == {(), ("serving-log",)}
    assert calls(home) == 1
    again = make_services(home)
    with again.context.store.read() as reader:
        kept = reader.revision(revision.id)
    assert kept is not None
    assert kept.text == HELD
    again.close()


@pytest.mark.parametrize("name", ["a?b", "a[b]c", "two words", "it's"])
def test_home_of_any_name_is_a_setting_like_any_other(tmp_path: Path, name: str) -> None:
    settings = load_settings({"MODCONSOLE_HOME": str(tmp_path / name)})
    services = build_services(settings, worker="test")
    services.close()
    assert (tmp_path / name / "state.db").exists()


def test_relative_home_stays_where_it_was_when_the_process_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    monkeypatch.chdir(tmp_path / "first")
    services = make_services(Path("var"))
    monkeypatch.chdir(tmp_path / "second")
    scored(services, HELD)
    assert services.serving_log_queries.bounds().calls == 1
    services.close()
    assert files_under(tmp_path / "second") == set()


def test_home_behind_a_link_is_the_folder_the_link_leads_to(tmp_path: Path) -> None:
    real = tmp_path / "disk" / "data"
    real.mkdir(parents=True)
    (tmp_path / "link").symlink_to(real)
    for home in (tmp_path / "link", tmp_path / "link" / ".." / "data" / "inner"):
        services = make_services(home)
        scored(services, HELD)
        services.close()
    assert (real / "state.db").exists()
    assert (real / "inner" / "state.db").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"disk", "link"}


def test_home_longer_than_sqlite_takes_is_refused_in_words(tmp_path: Path) -> None:
    longest = 504 - len("/state.db")
    room = longest - len(str(tmp_path)) - 1
    fits = tmp_path / "/".join(["x" * 99] * (room // 100 + 1))[:room].rstrip("/")
    services = make_services(fits)
    services.close()
    too_long = tmp_path / "/".join(["y" * 99] * 6)
    with pytest.raises(StoreError, match=r"SQLite takes 504.*MODCONSOLE_HOME"):
        make_services(too_long)


def test_home_that_is_not_utf_8_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match=r"MODCONSOLE_HOME.*not UTF-8"):
        load_settings({"MODCONSOLE_HOME": os.fsdecode(b"/srv/\xff")})


@pytest.mark.parametrize("home", ["file", "file/home", "file/of/others"])
def test_home_that_is_or_lies_under_a_file_is_a_clear_error(tmp_path: Path, home: str) -> None:
    (tmp_path / "file").write_text("A letter.")
    with pytest.raises(StoreError, match=r"MODCONSOLE_HOME: .*/file is not a folder"):
        make_services(tmp_path / home)
    assert (tmp_path / "file").read_text() == "A letter."


def test_home_behind_a_link_that_leads_nowhere_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "home").symlink_to(tmp_path / "gone")
    with pytest.raises(StoreError, match=r"MODCONSOLE_HOME: .*/home is not a folder"):
        make_services(tmp_path / "home")


OPEN_AS_OTHER = """
import os, sys
from pathlib import Path
from core.bootstrap.services import build_services
from core.config import Settings
from core.errors import ConsoleError
os.setgroups([]), os.setgid(65534), os.setuid(65534)
try:
    build_services(Settings(home=Path(sys.argv[1]), backend="fake"), worker="test")
except ConsoleError as error:
    print(error)
"""


@pytest.mark.parametrize("mode", [0o555, 0o755, 0o000])
def test_home_this_account_may_not_write_to_is_a_clear_error(mode: int) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can ask as another account")
    # Not in pytest's own folder, which no other account may pass.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        home.mkdir()
        home.chmod(mode)
        asked = subprocess.run(
            [sys.executable, "-c", OPEN_AS_OTHER, str(home)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert asked.stderr == ""
    assert f"MODCONSOLE_HOME: this account may not read and write {home}" in asked.stdout


def open_rights(home: Path) -> dict[str, str]:
    """The paths in the home that other accounts can access."""
    found = {path: stat.S_IMODE(path.lstat().st_mode) for path in (home, *home.rglob("*"))}
    return {path.name: oct(mode) for path, mode in found.items() if mode & 0o077}


def use_everything(home: Path) -> None:
    services = make_services(home)
    scored(services, HELD)
    KeyFolder(services.settings.api_keys_dir).create("site", datetime.now(UTC))
    with services.context.store.read():
        assert {"state.db-wal", "state.db-shm"} <= {path.name for path in home.iterdir()}
        assert open_rights(home) == {}
    services.close()


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277, 0o777])
def test_everything_is_for_this_account_alone_whatever_the_umask(
    tmp_path: Path, umask: int
) -> None:
    before = os.umask(umask)
    try:
        use_everything(tmp_path / "made" / "for it")
    finally:
        os.umask(before)
    assert open_rights(tmp_path / "made") == {}


def test_home_of_an_older_version_is_closed_to_others(tmp_path: Path) -> None:
    home = tmp_path / "home"
    use_everything(home)
    for path in (home, *home.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    make_services(home).close()
    assert open_rights(home) == {}


def test_home_that_holds_other_files_keeps_its_rights_and_is_warned_about(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home = tmp_path / "shared"
    home.mkdir()
    home.chmod(0o755)
    (home / "index.html").write_text("For everybody.")
    (home / "index.html").chmod(0o644)
    with caplog.at_level(logging.WARNING):
        make_services(home).close()
    assert "index.html" in caplog.text
    assert set(open_rights(home)) == {"shared", "index.html"}


def test_backends_file_is_no_strange_file(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o755)
    (home / "backends.toml").write_text("")
    build_services(Settings(home=home, backend="fake"), worker="test").close()
    assert set(open_rights(home)) <= {"backends.toml"}


def test_batch_output_in_the_home_is_for_this_account_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    texts = tmp_path / "in.csv"
    texts.write_text("text\nhello\n")
    make_services(home).close()
    (home / "out").mkdir()
    (home / "out").chmod(0o755)
    for out in (home / "out" / "scores.parquet", home / "scores.csv", tmp_path / "scores.csv"):
        subprocess.run(
            [sys.executable, "-m", "core.cli", "score", str(texts), "--out", str(out)],
            env=os.environ | {"MODCONSOLE_HOME": str(home), "MODCONSOLE_BACKEND": "fake"},
            check=True,
            capture_output=True,
            umask=0o022,
        )
    assert set(open_rights(home)) == {"out"}
    assert stat.S_IMODE((tmp_path / "scores.csv").stat().st_mode) == 0o644


def test_a_command_leaves_the_rights_of_later_files_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    texts = tmp_path / "in.csv"
    texts.write_text("text\nhello\n")
    before = os.umask(0o022)
    try:
        assert main(["score", str(texts), "--out", str(tmp_path / "scores.csv")]) == 0
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "scores.csv").stat().st_mode) == 0o600
