"""Tests with real servers from PyPI; `make test-peers` installs and runs them, `make test` does
not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.local_models import make_hub_folder
from tests.peers.install import ROOT, last_line

NAMES = {
    "toxicity": "toxic",
    "obscene": "obscene",
    "threat": "threat",
    "insult": "insult",
    "identity_attack": "hate",
}


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
    """A tiny classifier, the same for the peer and for this process."""
    folder = make_hub_folder(
        tmp_path_factory.mktemp("peers") / "tiny",
        list(NAMES.values()),
        "multi_label_classification",
    )
    # Transformers 4, which some peers still run on, knows the tokenizer by its older name.
    config = folder / "tokenizer_config.json"
    config.write_text(
        config.read_text(encoding="utf-8").replace("TokenizersBackend", "PreTrainedTokenizerFast"),
        encoding="utf-8",
    )
    return folder
