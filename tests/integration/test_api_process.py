"""The API as a real process: a kill at any moment loses nothing that was acknowledged."""

import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Semaphore

import httpx2
import pytest

from core.bootstrap.services import build_services
from core.config import Settings
from core.errors import ConfigError
from core.moderation.policies import Action
from core.processes.ports import free_port
from core.serving.server import run_api
from tests.integration.api_process import running_api
from tests.kills import kill_count
from tests.patience import PATIENT_S

pytestmark = pytest.mark.slow

ROUNDS = kill_count(40)
POSTERS = 3
STORED = 20
"""Before the first kill; before later ones up to four times as many."""


def post_until_killed(port: int, prefix: str, stored: Semaphore) -> dict[str, tuple[str, Action]]:
    """Posts comments one after the other and returns the reference and the action that each
    acknowledged one was answered with; each releases the semaphore `stored`."""
    acknowledged: dict[str, tuple[str, Action]] = {}
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENT_S) as client:
        for number in range(10_000):
            comment_id = f"{prefix}-{number}"
            try:
                response = client.post("/v1/comments", json={"id": comment_id, "text": "A moron."})
            except httpx2.TransportError:
                break
            assert response.status_code == 200, response.text
            answer = response.json()["comments"][0]
            acknowledged[comment_id] = (answer["reference"], Action(answer["action"]))
            stored.release()
    return acknowledged


@pytest.mark.kills
def test_a_kill_loses_no_acknowledged_comment_or_decision(tmp_path: Path) -> None:
    acknowledged: dict[str, tuple[str, Action]] = {}
    stored = Semaphore(0)
    with ThreadPoolExecutor(POSTERS) as pool:
        for number in range(ROUNDS):
            port = free_port()
            with running_api(tmp_path, port) as process:
                posting = [
                    pool.submit(post_until_killed, port, f"{number}-{poster}", stored)
                    for poster in range(POSTERS)
                ]
                for _ in range(STORED * (1 + number % 4)):
                    assert stored.acquire(timeout=PATIENT_S)
                process.send_signal(signal.SIGKILL)
                for each in posting:
                    acknowledged |= each.result()
    assert len(acknowledged) >= STORED * ROUNDS
    services = build_services(Settings(home=tmp_path, backend="fake"), worker="check")
    with services.context.store.read() as reader:
        for comment_id, (reference, action) in acknowledged.items():
            revision = reader.revision_by_reference(reference)
            assert revision is not None, comment_id
            assert [past.action for past in reader.decision_chain(revision.id)] == [action]
            comment = reader.comment(revision.comment_id)
            assert comment is not None
            assert comment.source_id == comment_id
    services.context.store.close()


def test_a_stop_lets_the_process_end_quietly(tmp_path: Path) -> None:
    with running_api(tmp_path, free_port()) as process:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENT_S)
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
        health = httpx2.get(f"http://127.0.0.1:{port}/healthz?text=secret", timeout=PATIENT_S)
        assert health.status_code == 200
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENT_S)
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
