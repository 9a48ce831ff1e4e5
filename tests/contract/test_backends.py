"""Runs the backend contract on the fake, the shipped model and each wire protocol."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.bootstrap.backends import make_backend
from core.config import Settings
from core.inference.base import Backend
from core.inference.fake import FakeBackend
from core.inference.remote.kinds import KINDS
from tests.contract.backend_suite import ABUSIVE, BENIGN, BackendSuite
from tests.contract.remote_configs import TABLES, config_of, open_remote
from tests.contract.remote_server import SERVERS, RemoteServer


class TestFake(BackendSuite):
    @pytest.fixture
    def backend(self) -> Backend:
        return FakeBackend()


class TestShippedModel(BackendSuite):
    @pytest.fixture
    def backend(self, shipped: Backend) -> Backend:
        return shipped


@pytest.mark.parametrize("kind", sorted(TABLES))
class TestRemote(BackendSuite):
    @pytest.fixture
    def backend(
        self, kind: str, tmp_path: Path, server: RemoteServer, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[Backend]:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        backend = open_remote(config_of(tmp_path, server.url, kind))
        yield backend
        backend.close()

    def test_it_comes_to_the_numbers_the_server_means(self, opened: Backend, kind: str) -> None:
        texts = [BENIGN, ABUSIVE, "damn vermin", "a moron"]
        meant = FakeBackend().score(texts).results
        found = opened.score(texts).results
        for one, other in zip(found, meant, strict=True):
            assert one.scores == pytest.approx(
                {label: other.scores[label] for label in opened.info.labels}, abs=1e-9
            )

    def test_info_names_kind_model_and_place(self, opened: Backend, kind: str) -> None:
        info = opened.info
        assert (info.runtime, info.location) == (kind, "localhost")
        assert info.name == f"my-{kind.replace('_', '-')}"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    backend = make_backend(Settings(home=tmp_path_factory.mktemp("home")))
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def server() -> Iterator[RemoteServer]:
    with RemoteServer() as running:
        yield running


def test_every_kind_is_in_the_suite() -> None:
    assert set(KINDS) == set(TABLES) == set(SERVERS)
