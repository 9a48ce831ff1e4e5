"""The guard of the checkout's home."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from core.environment import load_settings
from tests.own_home import HOME


@pytest.mark.parametrize(
    "touch",
    [
        lambda: Path(HOME, "state.db").read_bytes(),
        lambda: Path(HOME).mkdir(exist_ok=True),
        lambda: sqlite3.connect(f"{HOME}/state.db"),
        lambda: sqlite3.connect(f"file:{HOME}/state.db?mode=ro", uri=True),
        lambda: os.open(os.path.relpath(f"{HOME}/runtimes.json"), os.O_RDONLY),
    ],
)
def test_whatever_opens_a_file_in_the_home_of_the_checkout_fails(touch) -> None:
    with pytest.raises(AssertionError, match="the home of the checkout"):
        touch()


def test_processes_of_the_tests_have_another_home() -> None:
    assert not load_settings().home.is_relative_to(HOME)


def test_folders_of_the_same_name_elsewhere_are_free(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "state.db").write_text("x")
    shutil.rmtree(tmp_path)
