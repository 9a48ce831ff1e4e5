"""The memory of an import does not depend on the length of the file."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

LINES = 60_000
MOST_GROWN_MIB = 8
"""The long file has 5 MB, and its records 34 MB."""


def test_long_file_needs_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.integration.log_import_memory_child",
            str(tmp_path),
            str(LINES),
        ],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert done.returncode == 0, done.stderr
    few, many = map(int, done.stdout.split())
    assert many - few < MOST_GROWN_MIB
