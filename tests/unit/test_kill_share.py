"""The number of kills of a run, and the report about missing Pythons."""

from pathlib import Path

import pytest

from tests.interpreters import run
from tests.kills import SHARE, kill_count


@pytest.mark.parametrize(
    ("share", "full", "expected"),
    [
        (None, 80, 8),
        ("1/10", 40, 4),
        ("0.25", 40, 10),
        ("1", 200, 200),
        ("1/10", 3, 1),
        ("0.001", 200, 1),
    ],
)
def test_a_share_of_the_kills_is_made_and_one_at_least(
    share: str | None, full: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SHARE, raising=False)
    if share is not None:
        monkeypatch.setenv(SHARE, share)
    assert kill_count(full) == expected


@pytest.mark.parametrize("share", ["0", "2", "-1", "a tenth", ""])
def test_no_share_at_all_is_refused(share: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHARE, share)
    with pytest.raises(ValueError, match=r"KILLS_SHARE|Invalid literal"):
        kill_count(10)


def test_a_python_that_is_not_installed_is_listed_as_not_run(tmp_path: Path) -> None:
    assert run("python3.99", None, tmp_path, []) == "not run: not installed"
