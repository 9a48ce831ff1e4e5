"""API keys: shown once, stored as a digest, created and revoked while the API runs."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from core.cli.main import main
from core.errors import ConfigError, InvalidInput, NotFound
from core.serving.api_keys import KeyFolder
from core.serving.key_ring import LOOK_EVERY_S, KeyRing
from core.serving.tracing import read_caller
from tests.factories import TRACE
from tests.fresh_state import put_fresh_state

NOW = datetime(2026, 11, 1, tzinfo=UTC)


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "api-keys")


def test_a_key_opens_and_only_its_digest_is_kept(folder: KeyFolder) -> None:
    key = folder.create("site", NOW)
    ring = KeyRing(folder, Time())
    holder = ring.holder(key)
    assert holder is not None
    assert (holder.name, holder.created_at) == ("site", "2026-11-01T00:00:00+00:00")
    secret = key.split("_", 2)[2]
    for path in folder.folder.iterdir():
        assert secret not in path.read_text()
        assert path.stat().st_mode & 0o077 == 0
    assert folder.folder.stat().st_mode & 0o077 == 0


def test_two_keys_differ_and_each_is_known_by_its_own_secret(folder: KeyFolder) -> None:
    one, two = folder.create("one", NOW), folder.create("two", NOW)
    ring = KeyRing(folder, Time())
    swapped = "_".join([*one.split("_", 2)[:2], two.split("_", 2)[2]])
    names = [holder.name if (holder := ring.holder(key)) else None for key in (one, two, swapped)]
    assert names == ["one", "two", None]


@pytest.mark.parametrize(
    "presented", ["", "mck", "mck__", "Bearer x", "mck_" + "0" * 12 + "_x", "é"]
)
def test_what_is_no_key_opens_nothing(folder: KeyFolder, presented: str) -> None:
    folder.create("site", NOW)
    assert KeyRing(folder, Time()).holder(presented) is None


def test_a_revoked_key_opens_nothing_a_second_later(folder: KeyFolder) -> None:
    time = Time()
    key = folder.create("site", NOW)
    ring = KeyRing(folder, time)
    folder.revoke("site")
    time.now += LOOK_EVERY_S
    assert ring.holder(key) is None
    assert ring.is_needed, "revoking the last key must not open the door"
    with pytest.raises(NotFound):
        folder.revoke("site")


def test_keys_are_needed_from_the_first_one_on(folder: KeyFolder) -> None:
    time = Time()
    ring = KeyRing(folder, time)
    assert not ring.is_needed
    folder.create("site", NOW)
    time.now += LOOK_EVERY_S
    assert ring.is_needed


@pytest.mark.parametrize("name", ["", "a b", "../x", "x" * 61, "-x"])
def test_an_unusable_name_is_refused(folder: KeyFolder, name: str) -> None:
    with pytest.raises(InvalidInput):
        folder.create(name, NOW)


def test_a_name_in_use_is_refused(folder: KeyFolder) -> None:
    folder.create("site", NOW)
    with pytest.raises(InvalidInput, match="already"):
        folder.create("site", NOW)


def test_a_file_that_is_no_key_is_named_not_skipped(folder: KeyFolder) -> None:
    folder.create("site", NOW)
    (folder.folder / "x.json").write_text("{")
    with pytest.raises(ConfigError, match=r"x\.json"):
        folder.read_all()


def key_file(folder: KeyFolder, **changes: object) -> Path:
    """A valid key file with some changes."""
    found = {"id": "0" * 12, "name": "odd", "digest": "0" * 64, "created_at": NOW.isoformat()}
    path = folder.folder / f"{found['id']}.json"
    path.write_text(json.dumps(found | changes))
    return path


def write(text: str, folder: KeyFolder) -> None:
    (folder.folder / "x.json").write_text(text)


NO_KEYS: dict[str, Callable[[KeyFolder], object]] = {
    "half a file": lambda folder: (folder.folder / "x.json").write_text("{"),
    "not UTF-8": lambda folder: (folder.folder / "x.json").write_bytes(b"\xff"),
    "nested deep": lambda folder: (folder.folder / "x.json").write_text("[" * 100_000),
    "a list": lambda folder: (folder.folder / "x.json").write_text("[]"),
    **{
        f"the JSON {text[:6]}": partial(write, text)
        for text in ("5", "-0", "1e999", '"x"', '""', "null", "true", "[{}]", "{}", "9" * 4_000)
    },
    "a folder": lambda folder: (folder.folder / "x.json").mkdir(),
    "a pipe": lambda folder: os.mkfifo(folder.folder / "x.json"),
    "a link to itself": lambda folder: (folder.folder / "x.json").symlink_to("x.json"),
    "a number for a digest": lambda folder: key_file(folder, digest=5),
    "no digest": lambda folder: key_file(folder, digest="é" * 64),
    "a list for a name": lambda folder: key_file(folder, name=["site"]),
    "another name than its id": lambda folder: key_file(folder, id="1" * 12),
    "a field too many": lambda folder: key_file(folder, more="x"),
    "a digest twice": lambda folder: (
        path := key_file(folder),
        path.write_text(path.read_text().replace("}", f', "digest": "{"1" * 64}"}}')),
    ),
    "a name of control characters": lambda folder: key_file(folder, name="odd\n\x1b[31m"),
    "a lone surrogate for a name": lambda folder: key_file(folder, name="\ud800"),
    "no time": lambda folder: key_file(folder, created_at="yesterday\nx"),
    "six gigabytes": lambda folder: os.truncate(key_file(folder), 6_000_000_000),
}


@pytest.mark.usefixtures("no_collection")
@pytest.mark.parametrize("what", NO_KEYS)
def test_a_file_that_is_no_key_opens_nothing_and_the_others_stay_in_force(
    folder: KeyFolder, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    time = Time()
    key = folder.create("site", NOW)
    NO_KEYS[what](folder)
    ring = KeyRing(folder, time)
    for _ in range(3):
        time.now += LOOK_EVERY_S
        assert ring.holder(key) is not None
        assert ring.holder("mck_000000000000_" + "x" * 43) is None
    named = [record.getMessage() for record in caplog.records]
    assert len(named) == 1
    assert str(folder.folder) in named[0]
    folder.revoke("site")
    with pytest.raises(ConfigError):
        folder.read_all()


def test_an_unreadable_key_folder_refuses_every_key(tmp_path: Path) -> None:
    (tmp_path / "api-keys").write_text("")
    ring = KeyRing(KeyFolder(tmp_path / "api-keys"), Time())
    assert ring.is_needed
    assert ring.holder("mck_000000000000_" + "x" * 43) is None


FULL_DISK = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
from core.cli.main import main
sys.exit(main(["key", "create", "site"]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("earlier", [[], ["first"]])
def test_a_key_that_could_not_be_stored_leaves_no_trace(tmp_path: Path, earlier: list[str]) -> None:
    folder = KeyFolder(tmp_path / "api-keys")
    for name in earlier:
        folder.create(name, NOW)
    put_fresh_state(tmp_path / "state.db")
    before = sorted(tmp_path.rglob("*"))
    child = subprocess.run(
        [sys.executable, "-c", FULL_DISK],
        env=os.environ | {"MODCONSOLE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 2
    assert "can't be written" in child.stderr or "disk" in child.stderr, child.stderr
    assert child.stdout == ""
    new = [path.name for path in tmp_path.rglob("*") if path not in before]
    assert [name for name in new if not name.startswith("state.db")] == []
    assert folder.is_used is bool(earlier)


def test_the_command_makes_lists_and_revokes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
    assert main(["key", "create", "site"]) == 0
    key = capsys.readouterr().out.strip()
    assert KeyRing(KeyFolder(tmp_path / "api-keys"), Time()).holder(key) is not None
    assert main(["key", "list"]) == 0
    listed = capsys.readouterr().out
    assert "site" in listed
    assert key not in listed
    assert main(["key", "revoke", "site"]) == 0
    assert "No key is left" in capsys.readouterr().out
    assert main(["key", "revoke", "site"]) == 2
    assert main(["key", "create"]) == 2
    assert "every other act needs one" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["5", "null", '"x"'])
def test_the_command_lists_the_other_keys_and_names_the_file_that_is_none(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str,
) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
    assert main(["key", "create", "site"]) == 0
    (tmp_path / "api-keys" / "0123456789ab.json").write_text(text)
    assert main(["key", "list"]) == 2
    said = capsys.readouterr()
    assert "site" in said.out
    assert "0123456789ab.json is not a key: it holds no JSON object" in said.err


@pytest.mark.parametrize(
    ("header", "trace"),
    [
        (f"00-{TRACE}-00f067aa0ba902b7-01", TRACE),
        (f"cc-{TRACE}-00f067aa0ba902b7-01-more", TRACE),
        (f"00-{TRACE}-00f067aa0ba902b7-01-more", None),
        (f"ff-{TRACE}-00f067aa0ba902b7-01", None),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", None),
        (f"00-{TRACE}-{'0' * 16}-01", None),
        (f"00-{TRACE.upper()}-00f067aa0ba902b7-01", None),
        ("", None),
    ],
)
def test_a_trace_is_read_as_the_standard_says(header: str, trace: str | None) -> None:
    assert read_caller(b"", header.encode()).trace_id == trace


@pytest.mark.parametrize("given", [b"", b"a b", b"x" * 129, b"a\nb", b"\xff"])
def test_an_unusable_request_id_is_replaced(given: bytes) -> None:
    made = read_caller(given, b"").request_id
    assert len(made) == 32
    assert made != read_caller(given, b"").request_id


def test_a_usable_request_id_is_kept() -> None:
    assert read_caller(b"req-1.a:b", b"").request_id == "req-1.a:b"
