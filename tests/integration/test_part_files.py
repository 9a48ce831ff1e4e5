"""Part files: those of dead processes are removed, those of running ones are kept."""

import fcntl
import os
from pathlib import Path

import pytest

from core.batch.part_files import new_part, remove_dead_parts
from core.identifiers import new_id


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_part_left_by_a_killed_run_is_removed_by_the_next_start(tmp_path: Path) -> None:
    for other in ("out.csv", "other.parquet"):
        (tmp_path / f".{other}.{new_id()}.part").write_bytes(b"x")
    with new_part(tmp_path / "out.csv") as part:
        assert names(tmp_path) == [part.name]
    assert names(tmp_path) == []


def test_two_runs_at_once_leave_each_other_alone(tmp_path: Path) -> None:
    with new_part(tmp_path / "out.csv") as first, new_part(tmp_path / "out.csv") as second:
        first.write_text("first")
        remove_dead_parts(tmp_path)
        assert names(tmp_path) == sorted([first.name, second.name])
        second.replace(tmp_path / "out.csv")
        first.replace(tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == "first"
    assert names(tmp_path) == ["out.csv"]


@pytest.mark.parametrize(
    "name",
    ["out.csv", "x.part", ".out.csv.part", f".notes.txt.{'0' * 32}.part", ".out.csv.zz.part"],
)
def test_files_with_other_names_are_not_part_files(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    remove_dead_parts(tmp_path)
    assert names(tmp_path) == [name]


def test_a_part_that_somebody_holds_stays_and_links_are_not_followed(tmp_path: Path) -> None:
    held = tmp_path / f".out.csv.{new_id()}.part"
    held.write_text("x")
    (tmp_path / f".out.csv.{new_id()}.part").symlink_to(held)
    before = names(tmp_path)
    descriptor = os.open(held, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        remove_dead_parts(tmp_path)
        assert names(tmp_path) == before
    finally:
        os.close(descriptor)
    remove_dead_parts(tmp_path)
    assert held.name not in names(tmp_path)
