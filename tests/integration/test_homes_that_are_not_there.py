"""Commands in a wrong folder: what only reads or changes a site makes none, and says where it
looked."""

from pathlib import Path

import pytest

from core.cli.main import main

READERS = [
    ("audit", "verify"),
    ("audit", "export", "--out", "audit.jsonl"),
    ("export", "author", "sam", "--out", "sam.jsonl"),
    ("erase", "author", "sam"),
    ("erase", "author", "sam", "--yes"),
    ("withdraw", "1"),
    ("person", "list"),
    ("person", "disable", "sam"),
    ("key", "list"),
    ("key", "rotate", "site"),
    ("key", "revoke", "site"),
    ("policy", "list"),
    ("policy", "show"),
    ("quality",),
    ("drift",),
    ("digest",),
    ("outbox", "list"),
    ("costs",),
    ("objectives",),
    ("estimate", "1000"),
    ("logs", "stats"),
    ("logs", "tail"),
    ("logs", "find", "abc"),
    ("loadtest", "list"),
    ("statements", "export", "--out", "s.jsonl"),
    ("transparency",),
    ("backup", "b.tar"),
]
MAKERS = [("key", "create", "site"), ("person", "invite", "sam", "--role", "admin")]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HOME", "STATE_URL", "LOG_STORE"):
        monkeypatch.delenv(f"MODCONSOLE_{name}", raising=False)
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_what_reads_a_site_makes_none(
    elsewhere: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    code = main(list(command))
    printed = capsys.readouterr()
    assert (code, printed.out) == (2, "")
    assert f"there is no state in {elsewhere / 'var'}" in printed.err
    assert printed.err.count("\n") == 1
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("command", MAKERS, ids=" ".join)
def test_what_begins_a_site_makes_it(elsewhere: Path, command: tuple[str, ...]) -> None:
    assert main(list(command)) == 0
    assert (elsewhere / "var" / "state.db").exists()


def test_a_state_that_was_lost_is_told_as_lost(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["key", "create", "site"]) == 0
    for path in (elsewhere / "var").glob("state.db*"):
        if path.suffix != ".made":
            path.unlink()
    assert main(["audit", "verify"]) == 2
    assert "a state was kept here" in capsys.readouterr().err
