"""Remote backends with real servers: the same scores there and in this process."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.clock import system_clock
from core.errors import ModelNotUsable
from core.inference.base import TextResult
from core.inference.local.choice import LocalChoice, choose_local
from core.inference.remote.backend import RemoteBackend
from core.inference.remote.kinds import make_remote_backend, read_backends
from core.processes.ports import free_port
from tests.contract.remote_configs import toml_of
from tests.peers.conftest import NAMES
from tests.peers.peer_servers import PEERS, Installed, running_peer, running_server

TEXTS = (
    "you idiot",
    "hello there friend",
    "kill a stupid friend",
    "nothing of this is known to it",
    "nice day " * 40,
    "Ünïcode, “quotes” and a 🙂",
    *(f"hello {'you ' * count}" for count in range(1, 35)),  # more than one request takes
)
BY_MODULE = {peer.module: peer for peer in PEERS}
ONE_TEXT = {"text": "{text}"}
Program = Callable[[str, str], str]


def scores_of(results: tuple[TextResult, ...]) -> list[dict[str, float]]:
    assert [result.error for result in results] == [None] * len(TEXTS)
    return [{str(label): score for label, score in each.scores.items()} for each in results]


@pytest.fixture(scope="module")
def local_scores(model: Path) -> list[dict[str, float]]:
    labels = ",".join(f"{name}={label}" for label, name in NAMES.items())
    backend = choose_local(LocalChoice(backend="transformers", model=str(model), labels=labels))
    backend.load()
    return scores_of(backend.score(TEXTS).results)


@contextmanager
def opened(folder: Path, port: int, **table: Any) -> Iterator[RemoteBackend]:
    """The backend, declared in a file like a site's."""
    file = folder / "backends.toml"
    url = f"http://127.0.0.1:{port}{table.pop('path', '')}"
    file.write_text(toml_of([{"name": "peer", "url": url, "labels": NAMES, **table}]))
    (config,) = read_backends(file).values()
    backend = make_remote_backend(config, system_clock(), lambda _name: None)
    try:
        yield backend
    finally:
        backend.close()


@pytest.mark.parametrize(
    ("environment", "module", "table"),
    [
        ("mlflow", "mlflow_server", {"kind": "mlflow"}),
        ("mlflow", "mlflow_server", {"kind": "mlflow", "form": "dataframe_split"}),
        (
            "litserve",
            "litserve_server",
            {"kind": "json", "path": "/predict", "request": ONE_TEXT, "results": "scores"},
        ),
        ("ray", "ray_server", {"kind": "json", "path": "/predict", "request": ONE_TEXT}),
    ],
)
def test_a_peer_gives_what_the_model_gives_here(
    environment: str,
    module: str,
    table: dict[str, Any],
    program: Program,
    model: Path,
    local_scores: list[dict[str, float]],
    tmp_path: Path,
) -> None:
    python = Path(program(environment, "python"))
    with (
        running_peer(Installed(BY_MODULE[module], python, ""), model) as port,
        opened(tmp_path, port, **table) as backend,
    ):
        backend.load()
        found = scores_of(backend.score(TEXTS).results)
    for mine, theirs in zip(local_scores, found, strict=True):
        assert theirs == pytest.approx(mine, abs=1e-5)


@pytest.fixture(scope="module")
def infinity(program: Program, model: Path) -> Iterator[int]:
    port = free_port()
    options = ["--engine", "torch", "--device", "cpu", "--no-bettertransformer"]
    address = ["--host", "127.0.0.1", "--port", str(port)]
    command = [program("infinity", "infinity_emb"), "v2", "--model-id", str(model)]
    body = {"model": model.name, "input": ["hello"]}
    with running_server([*command, *options, *address], port, "/classify", body):
        yield port


def test_infinity_gives_what_the_model_gives_here(
    infinity: int, model: Path, local_scores: list[dict[str, float]], tmp_path: Path
) -> None:
    with opened(tmp_path, infinity, kind="infinity", model=model.name) as backend:
        backend.load()
        batch = backend.score(TEXTS)
    assert batch.call.tokens
    for mine, theirs in zip(local_scores, scores_of(batch.results), strict=True):
        assert theirs == pytest.approx(mine, abs=1e-5)


def test_scores_that_infinity_gives_for_logits_are_refused(
    infinity: int, model: Path, tmp_path: Path
) -> None:
    with (
        opened(tmp_path, infinity, kind="infinity", model=model.name, raw_scores=True) as backend,
        pytest.raises(ModelNotUsable, match="should give logits"),
    ):
        backend.load()


LOG_AS_IT_IS = """
import sys, mlflow, transformers
classify = transformers.pipeline("text-classification", model=sys.argv[1])
mlflow.transformers.save_model(classify, sys.argv[2], pip_requirements=[])
"""


def test_a_pipeline_that_mlflow_serves_as_logged_is_refused_for_its_best_label_alone(
    program: Program, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python, port = Path(program("mlflow", "python")), free_port()
    monkeypatch.setenv("PATH", str(python.parent), prepend=":")  # it looks there for uvicorn
    logged = tmp_path / "logged"
    subprocess.run([python, "-c", LOG_AS_IT_IS, model, logged], check=True, capture_output=True)
    command = [program("mlflow", "mlflow"), "models", "serve", "--env-manager", "local"]
    place = ["-m", str(logged), "-h", "127.0.0.1", "-p", str(port)]
    with (
        running_server([*command, *place], port, "/invocations", {"inputs": ["hello"]}),
        opened(tmp_path, port, kind="mlflow") as backend,
        pytest.raises(ModelNotUsable, match="only the best label of each text"),
    ):
        backend.load()
