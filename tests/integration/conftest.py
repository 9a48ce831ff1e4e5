"""Fixtures of the integration tests: consoles on separate home folders, and stub servers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from core.bootstrap import services as bootstrap
from core.bootstrap.services import Services
from core.serving.app import create_app
from tests.contract.remote_server import RemoteServer
from tests.factories import make_services
from tests.integration.killer import Killer, started_killer
from tests.integration.remote_console import Console
from tests.integration.stub_cascade import StubFirstStage
from tests.otlp_collector import OtlpCollector, otlp_collector
from tests.patience import PATIENT_S


@pytest.fixture(autouse=True)
def _health_is_waited_for(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take longer than what a load balancer waits: that is no fault, but where
    a test is of that very limit."""
    if "told_in_time" not in request.fixturenames:
        monkeypatch.setattr("core.serving.readiness.ANSWER_WITHIN_S", PATIENT_S)


@pytest.fixture
def told_in_time() -> None:
    """Health is answered within the time it has outside of tests."""


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = make_services(tmp_path)
    yield made
    made.context.store.close()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    """The API of these services."""
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def stub_first_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replaces the first stage by `StubFirstStage`; the shipped one would need real comments."""
    monkeypatch.setattr(bootstrap, "read_first_stage_of", lambda settings: StubFirstStage())
    monkeypatch.setattr("core.cli.cascade.read_first_stage_of", lambda settings: StubFirstStage())


@pytest.fixture
def killer(tmp_path: Path) -> Iterator[Killer]:
    with started_killer(tmp_path / "home") as started:
        yield started


@pytest.fixture
def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    services = make_services(tmp_path / "home")
    yield Console(services)
    services.context.store.close()


@pytest.fixture
def server() -> Iterator[RemoteServer]:
    with RemoteServer() as running:
        yield running


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[OtlpCollector]:
    with otlp_collector() as found:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", found.url)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "api-key=k")
        yield found


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
    return tmp_path
