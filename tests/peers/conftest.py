"""Tests with real servers from PyPI; `make test-peers` installs and runs them, `make test` does
not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.inference.manifest import SHIPPED_MODEL, read_manifest
from core.training.standard_folder import write_standard_folder
from tests.peers.install import ROOT, last_line

NAMES = {str(label): str(label) for label in read_manifest(SHIPPED_MODEL).labels}


@pytest.fixture(scope="session")
def environments() -> Path:
    return ROOT / ".venv-peers"


@pytest.fixture(scope="session")
def program(environments: Path) -> Callable[[str, str], str]:
    """The path of a program in a peer's environment; without that, its test is skipped."""

    def find(environment: str, name: str) -> str:
        path = environments / environment / "bin" / name
        log = environments / f"{environment}.log"
        if not path.exists():
            why = last_line(log) if log.exists() else "run `make test-peers`"
            pytest.skip(f"{environment} is not installed: {why}")
        return str(path)

    return find


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped classifier as a folder of Hugging Face's, the same for the peer and for this
    process: what `modconsole export-model` writes."""
    folder = tmp_path_factory.mktemp("peers") / "classifier"
    write_standard_folder(SHIPPED_MODEL, folder)
    return folder
