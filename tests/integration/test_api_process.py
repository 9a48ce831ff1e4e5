"""The API as a real process: killed at any moment it loses nothing that it acknowledged."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from core.bootstrap.services import build_services
from core.config import Settings
from core.errors import ConfigError
from core.serving.server import run_api

ROUNDS = 4
POSTERS = 3
SERVE = """
from core.bootstrap.services import build_services
from core.config import load_settings
from core.serving.server import run_api

run_api(build_services(load_settings(), worker="api"))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_api(home: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """The process, once it answers; killed at the end if it still runs."""
    environ = {name: v for name, v in os.environ.items() if not name.startswith("MODCONSOLE_")}
    environ |= {
        "MODCONSOLE_HOME": str(home),
        "MODCONSOLE_BACKEND": "fake",
        "MODCONSOLE_API_PORT": str(port),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE], env=environ, stderr=subprocess.PIPE, text=True
    )
    try:
        _wait_for(process, port)
        yield process
    finally:
        process.kill()
        process.communicate()


def _wait_for(process: subprocess.Popen[str], port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx2.get(f"http://127.0.0.1:{port}/healthz", timeout=5).raise_for_status()
            return
        except httpx2.TransportError:
            time.sleep(0.05)
    pytest.fail("the API did not come up")


def post_until_killed(port: int, prefix: str) -> dict[str, str]:
    """Comments one after the other; the reference of each that was acknowledged."""
    acknowledged: dict[str, str] = {}
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
        for number in range(10_000):
            comment_id = f"{prefix}-{number}"
            try:
                response = client.post("/v1/comments", json={"id": comment_id, "text": "A moron."})
            except httpx2.TransportError:
                break
            assert response.status_code == 200, response.text
            acknowledged[comment_id] = response.json()["comments"][0]["reference"]
    return acknowledged


def test_a_kill_loses_no_acknowledged_comment_or_decision(tmp_path: Path) -> None:
    acknowledged: dict[str, str] = {}
    with ThreadPoolExecutor(POSTERS) as pool:
        for number in range(ROUNDS):
            port = free_port()
            with running_api(tmp_path, port) as process:
                posting = [
                    pool.submit(post_until_killed, port, f"{number}-{poster}")
                    for poster in range(POSTERS)
                ]
                time.sleep(0.3 + 0.17 * number)
                process.send_signal(signal.SIGKILL)
                for each in posting:
                    acknowledged |= each.result()
    assert len(acknowledged) > ROUNDS
    services = build_services(Settings(home=tmp_path, backend="fake"), worker="check")
    with services.context.store.read() as reader:
        for comment_id, reference in acknowledged.items():
            revision = reader.revision_by_reference(reference)
            assert revision is not None, comment_id
            assert [past.action for past in reader.decision_chain(revision.id)] == ["remove"]
            comment = reader.comment(revision.comment_id)
            assert comment is not None
            assert comment.source_id == comment_id
    services.context.store.close()


def test_a_stop_lets_the_process_end_quietly(tmp_path: Path) -> None:
    with running_api(tmp_path, free_port()) as process:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
        assert (process.returncode, said) == (0, "")


def test_a_request_that_is_not_http_leaves_the_api_standing(tmp_path: Path) -> None:
    port = free_port()
    with running_api(tmp_path, port) as process:
        for sent in (
            b"\x00\xff\r\n\r\n",
            b"POST /v1/comments HTTP/1.1\r\nContent-Length: 9\r\n\r\n{",
        ):
            with socket.create_connection(("127.0.0.1", port)) as raw:
                raw.sendall(sent)
        health = httpx2.get(f"http://127.0.0.1:{port}/healthz?text=secret", timeout=5)
        assert health.status_code == 200
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert "Traceback" not in said
    assert "secret" not in said


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = int(other.getsockname()[1])
        settings = Settings(home=tmp_path, backend="fake", api_port=port)
        services = build_services(settings, worker="api")
        with pytest.raises(ConfigError, match=f"port {port} is taken; set MODCONSOLE_API_PORT"):
            run_api(services)
        services.context.store.close()
