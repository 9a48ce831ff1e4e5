"""The API's answers while its database can't grow, and once it can again."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from core.processes.ports import free_port
from tests.integration.api_process import running_api
from tests.integration.api_requests import PROMPT_S, get, post, source_ids
from tests.integration.api_server import running_server
from tests.patience import PATIENT_S
from tests.state_checks import broken_invariants

FULL_DISK = """
import resource, signal, sys
from core.bootstrap.services import build_services
from core.environment import load_settings
from core.serving.server import run_api

def fill(*_):
    path = load_settings().home / "state.db-wal"
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, resource.RLIM_INFINITY))

def empty(*_):
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
signal.signal(signal.SIGUSR1, fill)
signal.signal(signal.SIGUSR2, empty)
run_api(build_services(load_settings(), worker="api"))
"""


@pytest.mark.slow
def test_a_full_disk_is_reported_before_and_after_the_first_post_fails(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"

    def post_to(name: str) -> int:
        body = {"id": name, "text": "Fine. " * 2000}
        return httpx2.post(f"{url}/v1/comments", json=body, timeout=PATIENT_S).status_code

    def health() -> int:
        return httpx2.get(f"{url}/healthz", timeout=PROMPT_S).status_code

    with running_api(tmp_path, port, FULL_DISK) as process:
        assert (post_to("before"), health()) == (200, 200)
        process.send_signal(signal.SIGUSR1)
        await_status(health, 503)
        assert post_to("full-1") == 503
        assert health() == 503
        assert httpx2.get(f"{url}/v2/health/live", timeout=PROMPT_S).status_code == 200
        process.send_signal(signal.SIGUSR2)
        await_status(lambda: post_to("after"), 200)
        assert health() == 200
    assert source_ids(tmp_path / "state.db") == {"before", "after"}
    assert broken_invariants(tmp_path / "state.db") == {}


def await_status(ask: Callable[[], int], status: int) -> None:
    """Waits for the status: a signal is not handled immediately."""
    deadline = time.monotonic() + PATIENT_S
    while ask() != status:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_database_that_cannot_grow_is_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A limit that only SQLite knows is reported after a failed write, until a write succeeds. The
    log contains the error, not the comments."""
    with running_server(tmp_path) as server:
        assert post(server, "before").status_code == 200
        store = server.services.context.store
        with store.write() as tx:
            connection = tx._connection  # type: ignore[attr-defined]
            connection.exec_driver_sql("PRAGMA max_page_count=1")
        statuses = {post(server, f"full-{n}", "Fine. " * 2000).status_code for n in range(3)}
        assert statuses == {503}
        assert get(server, "/healthz").status_code == 503
        with store.write() as tx:
            connection = tx._connection  # type: ignore[attr-defined]
            connection.exec_driver_sql("PRAGMA max_page_count=1000000")
        assert post(server, "after").status_code == 200
        assert get(server, "/healthz").status_code == 200
        assert source_ids(tmp_path / "state.db") == {"before", "after"}
        assert "disk is full" in caplog.text
        assert "Fine." not in caplog.text
