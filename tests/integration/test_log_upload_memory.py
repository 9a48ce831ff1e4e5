"""The memory of an upload depends on the largest segment, not on how many there are."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

LINES = 10_000
MOST_GROWN_MIB = 40
"""Twelve segments held at once would be 100."""


def test_many_segments_need_no_more_memory_than_a_few(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.upload_memory_child", str(tmp_path), str(LINES)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert done.returncode == 0, done.stderr
    few, many = map(int, done.stdout.split())
    assert many - few < MOST_GROWN_MIB
