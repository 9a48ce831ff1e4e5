"""Health is told in time while a check hangs, and at every address the API listens on."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.integration.api_server import Running, running_server
from tests.patience import PATIENT_S

pytestmark = pytest.mark.slow

READY = ("/healthz", "/v2/health/ready", "/v2/models/fake/ready")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with running_server(tmp_path) as running:
        yield running


def status(server: Running, path: str = "/healthz") -> int:
    return httpx2.get(f"{server.url}{path}", timeout=PATIENT_S).status_code


def await_status(server: Running, wanted: int) -> None:
    deadline = time.monotonic() + PATIENT_S
    while status(server) != wanted:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.usefixtures("told_in_time")
def test_a_backend_that_hangs_is_no_answer_and_not_waited_for(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = threading.Event()
    ended: list[bool] = []
    monkeypatch.setattr(server.backend, "health", lambda: ended.append(goes_on.wait(2 * PATIENT_S)))
    for path in READY:
        assert status(server, path) == 503
    answer = httpx2.get(f"{server.url}/healthz", timeout=PATIENT_S)
    assert answer.json()["error"]["kind"] == "backend"
    assert status(server, "/v2/health/live") == 200
    assert ended == [], "the answers came while the check was waiting"
    goes_on.set()
    await_status(server, 200)


@pytest.mark.usefixtures("told_in_time")
def test_a_state_that_hangs_is_told_as_the_state(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = threading.Event()
    store = server.services.context.store
    monkeypatch.setattr(store, "check_writable", lambda: goes_on.wait(PATIENT_S) and None)
    answer = httpx2.get(f"{server.url}/healthz", timeout=PATIENT_S)
    assert (answer.status_code, answer.json()["error"]["kind"]) == (503, "store")
    goes_on.set()
    await_status(server, 200)


@pytest.mark.parametrize("host", ["127.0.0.2", "Api.localhost"])
def test_the_address_it_listens_on_is_an_address_it_answers_to(tmp_path: Path, host: str) -> None:
    with running_server(tmp_path, api_host=host) as server:
        answers = {
            name: httpx2.get(f"{server.url}/healthz", headers={"Host": name}).status_code
            for name in (host, f"{host}:8000", "127.0.0.1", "evil.example")
        }
    assert answers == {host: 200, f"{host}:8000": 200, "127.0.0.1": 200, "evil.example": 400}
