"""One console's API as the remote backend of another, over a real socket."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn

from core.inference.fake import FakeBackend
from core.processes.ports import free_port
from core.serving.app import create_app
from tests.contract.remote_configs import config_of, open_remote
from tests.factories import CLEAN, HELD, REMOVED, make_services


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    port = free_port()
    config = uvicorn.Config(
        create_app(make_services(tmp_path / "other")), port=port, log_level="error", ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("kind", ["console", "tei", "oip"])
def test_its_scores_are_those_of_the_other_console(address: str, tmp_path: Path, kind: str) -> None:
    labels = {str(label): str(label) for label in FakeBackend().info.labels}
    more: dict[str, dict[str, object]] = {
        "console": {},
        "tei": {"activation": "none"},  # its scores as they are: it has no logits to give
        "oip": {"label_order": list(labels), "model": "fake", "input_name": "text"},
    }
    config = config_of(tmp_path, address, kind, labels=labels, **more[kind])
    backend = open_remote(replace(config, url=address))
    backend.load()
    texts = [CLEAN, HELD, REMOVED]
    answer = backend.score(texts)
    meant = FakeBackend().score(texts).results
    for one, other in zip(answer.results, meant, strict=True):
        assert one.scores == pytest.approx(other.scores, abs=1e-6)
    if kind != "tei":  # whose answer has no place for it
        assert "fake-1" in (answer.results[0].model_version or "")
    assert answer.call.request_id
    backend.close()
