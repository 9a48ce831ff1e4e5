"""Runs the suite on every installed Python: `python tests/interpreters.py FOLDER [OPTION ...]`.

Each one gets a virtual environment in FOLDER, which is kept; the options are pytest's, and another
`-m` among them chooses other tests. A Python that is not installed, or for which a package has no
build, is listed as not run; the exit status is 1 when tests failed.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
OLDEST, NEWEST = 11, 15
SELECTION = ("-m", "not long and not kills")


def find_interpreters() -> dict[str, str | None]:
    """Names from python3.11 up, each with its path, or None if it doesn't start."""
    names = [f"python3.{minor}" for minor in range(OLDEST, NEWEST + 1)]
    return {name: next(filter(_starts, _places(name)), None) for name in names}


def _places(name: str) -> Iterator[str]:
    """On the path, then among the versions that pyenv keeps beside it."""
    if (found := shutil.which(name)) is not None:
        yield found
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from map(str, sorted(root.glob(f"versions/*/bin/{name}"), reverse=True))


def _starts(path: str) -> bool:
    """A version manager may put a name on the path for a Python that isn't chosen."""
    return subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0


def install(interpreter: str, folder: Path) -> str | None:
    """None on success, else why it can't be installed."""
    python = folder / "bin" / "python"
    for command in (
        [interpreter, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "--editable", f"{ROOT}[test]"],
    ):
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        if found.returncode:
            return (found.stderr.strip().splitlines() or ["no reason given"])[-1]
    return None


def run(name: str, interpreter: str | None, folder: Path, options: list[str]) -> str:
    """One line: passed, failed, or why it was not run."""
    if interpreter is None:
        return "not run: not installed"
    if problem := install(interpreter, folder):
        return f"not run: {problem}"
    command = [str(folder / "bin" / "python"), "-m", "pytest", "-q", *SELECTION, *options]
    print(f"{name}: {' '.join(command)}", flush=True)
    found = subprocess.run(command, cwd=ROOT, check=False)
    return "passed" if found.returncode == 0 else f"failed: pytest ended with {found.returncode}"


def main(place: Path, options: list[str]) -> int:
    outcomes = {
        name: run(name, interpreter, place / name, options)
        for name, interpreter in find_interpreters().items()
    }
    for name, outcome in outcomes.items():
        print(f"{name}: {outcome}")
    return int(any(outcome.startswith("failed") for outcome in outcomes.values()))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2:]))
