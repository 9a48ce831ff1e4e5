"""A run that is killed goes on from its last whole epoch and ends with the same bytes."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.tiny_base_model import write_base_model

pytest.importorskip("torch", reason="training needs the [train] extra")
pytest.importorskip("transformers", reason="training needs the [train] extra")

pytestmark = [pytest.mark.training, pytest.mark.kills]

ROOT = Path(__file__).parents[2]


def started(base: Path, out: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.cut_training", str(base), str(out)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def run_until(process: "subprocess.Popen[str]", said: str) -> list[str]:
    """Lets it go on line by line, and leaves it where it waits after the line that starts so."""
    assert process.stdin
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip())
        if line.startswith(said):
            return lines
        process.stdin.write("\n")
        process.stdin.flush()
    raise AssertionError(f"it ended without saying {said!r}: {lines}")


def killed(process: "subprocess.Popen[str]") -> None:
    process.kill()
    assert process.wait() == -signal.SIGKILL
    for pipe in (process.stdin, process.stdout):
        assert pipe
        pipe.close()


def ended(process: "subprocess.Popen[str]") -> list[str]:
    with process:
        found = run_until(process, "epoch 3 of 3 done")
        assert process.stdin
        process.stdin.write("\n")
    assert process.returncode == 0
    return found


def test_a_run_killed_amid_epochs_ends_with_the_bytes_of_an_uncut_one(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    base = write_base_model(tmp_path / "base")
    cut, whole = tmp_path / "cut", tmp_path / "whole"
    cut.mkdir()
    whole.mkdir()
    ended(started(base, whole))

    process = started(base, cut)
    run_until(process, "epoch 1 step 100 of 150")
    killed(process)
    assert list(cut.iterdir()) == []

    process = started(base, cut)
    said = run_until(process, "epoch 2 step 100 of 150")
    killed(process)
    assert not any(line.startswith("goes on") for line in said)

    said = ended(started(base, cut))
    assert said[0] == "goes on after epoch 1 of 3"
    assert not any(line.startswith("epoch 1") for line in said)
    assert (cut / "weights").read_bytes() == (whole / "weights").read_bytes()
    assert len((whole / "weights").read_bytes()) > 10_000
