"""The file that remembers measured runtimes: read back, replaced, damaged, shared."""

import errno
import json
import multiprocessing
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.inference.local.fastest import LocalRuntime, RuntimeSpeed
from core.inference.local.speed_file import (
    MOST_TABLES,
    SpeedTable,
    add_speeds,
    alone,
    draft_path,
    lock_path,
    read_speeds,
)
from tests.patience import PATIENT_S

MACHINE = {"processor": "A", "cores": 2, "packages": {"openvino": "1", "torch": None}}
FP32, INT8 = LocalRuntime("openvino", "fp32"), LocalRuntime("onnx", "int8")
TABLE = SpeedTable(
    model="a" * 64,
    measured_at=datetime(2026, 11, 27, 7, 0, tzinfo=UTC),
    took_s=2.5,
    speeds=(
        RuntimeSpeed(FP32, 1.0, labels=160, flips=0, largest=0.0),
        RuntimeSpeed(INT8, 1.38, labels=160, flips=1, largest=0.03, problem="no"),
        RuntimeSpeed(LocalRuntime("torch", "bf16"), problem="stopped"),
    ),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runtimes.json"


def test_what_was_measured_is_read_back(path: Path) -> None:
    assert read_speeds(path, MACHINE) == ()
    add_speeds(path, MACHINE, TABLE)
    assert read_speeds(path, MACHINE) == (TABLE,)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not draft_path(path).exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"processor": "B"},
        {"cores": 4},
        {"packages": {"openvino": "2", "torch": None}},
        {"packages": {"openvino": "1", "torch": "2"}},
        {"gpu": True},
    ],
)
def test_another_machine_is_not_remembered(path: Path, changed: dict[str, object]) -> None:
    add_speeds(path, MACHINE, TABLE)
    other = MACHINE | changed
    assert read_speeds(path, other) == ()
    add_speeds(path, other, replace(TABLE, model="b"))
    assert read_speeds(path, MACHINE) == ()
    assert [each.model for each in read_speeds(path, other)] == ["b"]


def test_a_table_replaces_those_of_the_same_model_that_it_covers(path: Path) -> None:
    part = replace(TABLE, speeds=TABLE.speeds[:1])
    other = replace(TABLE, model="b")
    for table in (part, other, TABLE):
        add_speeds(path, MACHINE, table)
    assert read_speeds(path, MACHINE) == (TABLE, other)
    add_speeds(path, MACHINE, part)
    assert read_speeds(path, MACHINE) == (part, TABLE, other)


def test_a_part_of_a_table_has_rows_for_all_that_is_asked(path: Path) -> None:
    assert TABLE.part([INT8]) == TABLE.speeds[1:2]
    assert TABLE.part([INT8, LocalRuntime("onnx", "fp32")]) is None


@pytest.mark.parametrize("cut", [0, 1, 40, 200, -3])
def test_a_cut_file_counts_as_none(path: Path, cut: int) -> None:
    add_speeds(path, MACHINE, TABLE)
    path.write_bytes(path.read_bytes()[:cut])
    assert read_speeds(path, MACHINE) == ()
    add_speeds(path, MACHINE, TABLE)
    assert read_speeds(path, MACHINE) == (TABLE,)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content.update(schema=2),
        lambda content: content.update(tables=None),
        lambda content: content.update(tables=["a"]),
        lambda content: content["tables"][0].update(measured_at=7),
        lambda content: content["tables"][0].update(speeds=[{"backend": "onnx"}]),
        lambda content: content["tables"][0]["speeds"][0].update(speed="fast"),
        lambda content: content.clear(),
    ],
)
def test_unexpected_content_counts_as_none(path: Path, damage) -> None:
    add_speeds(path, MACHINE, TABLE)
    content = json.loads(path.read_text())
    damage(content)
    path.write_text(json.dumps(content))
    assert read_speeds(path, MACHINE) == ()


@pytest.mark.usefixtures("no_collection")
@pytest.mark.parametrize("text", ["[" * 100_000, "[]", "\x00", "7"])
def test_a_file_of_something_else_counts_as_none(path: Path, text: str) -> None:
    path.write_text(text)
    assert read_speeds(path, MACHINE) == ()


def test_a_folder_in_its_place_counts_as_none_and_is_an_error_to_write(path: Path) -> None:
    path.mkdir()
    assert read_speeds(path, MACHINE) == ()
    with pytest.raises(OSError, match="directory"):
        add_speeds(path, MACHINE, TABLE)


def _hold(path: Path, held, release) -> None:
    with alone(path):
        held.set()
        release.wait()
        add_speeds(path, MACHINE, TABLE)


def test_a_second_process_waits_for_the_first_and_reads_what_it_wrote(path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    held, release = spawn.Event(), spawn.Event()
    process = spawn.Process(target=_hold, args=(path, held, release))
    process.start()
    assert held.wait(PATIENT_S)
    assert read_speeds(path, MACHINE) == ()
    release.set()
    with alone(path):
        assert read_speeds(path, MACHINE) == (TABLE,)
    process.join()
    assert stat.S_IMODE(lock_path(path).stat().st_mode) == 0o600


def test_nobody_waits_for_ever(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.inference.local.speed_file.WAIT_S", 0.0)
    with alone(path), pytest.raises(TimeoutError), alone(path):
        pass
    with alone(path):
        pass


def test_a_disk_without_locks_does_not_keep_it_from_measuring(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_fd: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    with alone(path), alone(path):
        add_speeds(path, MACHINE, TABLE)
    assert read_speeds(path, MACHINE) == (TABLE,)


def test_only_the_newest_tables_are_kept(path: Path) -> None:
    for number in range(MOST_TABLES + 2):
        add_speeds(path, MACHINE, replace(TABLE, model=str(number)))
    assert [each.model for each in read_speeds(path, MACHINE)] == [
        str(number) for number in range(MOST_TABLES + 1, 1, -1)
    ]


def test_a_home_that_is_missing_can_not_be_locked(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"), alone(tmp_path / "none" / "runtimes.json"):
        pass
