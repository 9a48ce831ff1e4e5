"""Fixtures: a stub server for all remote protocols, one per test file, and backends that call
it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.inference.remote.backend import RemoteBackend
from core.moderation.scores import Label
from tests.contract.remote_configs import config_of, open_remote
from tests.contract.remote_server import RemoteServer

ABUSE = "You idiot"
Open = Callable[..., RemoteBackend]


@pytest.fixture(scope="module")
def running() -> Iterator[RemoteServer]:
    with RemoteServer() as server:
        yield server


@pytest.fixture
def server(running: RemoteServer, monkeypatch: pytest.MonkeyPatch) -> RemoteServer:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running.asked.clear()
    running.override = lambda _asked: None
    return running


@pytest.fixture
def opened(server: RemoteServer, tmp_path: Path) -> Iterator[Open]:
    made: list[RemoteBackend] = []

    def make(kind: str, **more: Any) -> RemoteBackend:
        made.append(open_remote(config_of(tmp_path, server.url, kind, **more)))
        return made[-1]

    yield make
    for backend in made:
        backend.close()


def toxicity(backend: RemoteBackend, text: str = ABUSE) -> float:
    return backend.score([text]).results[0].scores[Label.TOXICITY]
