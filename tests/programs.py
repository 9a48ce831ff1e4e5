"""Programs that some tests run: those of the tests' own environment, or the machine's."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def run_program(name: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """Runs it; the test is skipped with the reason if it is not installed."""
    own = str(Path(sys.executable).parent)
    program = shutil.which(name, path=f"{own}{os.pathsep}{os.environ['PATH']}")
    if program is None:
        pytest.skip(f"{name} is not installed: `make test` installs it where it can")
    return subprocess.run(
        [program, *map(str, arguments)], capture_output=True, text=True, check=False
    )
