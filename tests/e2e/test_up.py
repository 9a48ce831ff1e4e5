"""`modconsole up`, the first command of a new user, as a process."""

import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime

import pytest

from core.processes.ports import free_port
from core.serving.api_keys import KeyFolder
from tests.contract.remote_configs import config_of
from tests.contract.remote_server import KEY, RemoteServer, ServerAnswer
from tests.e2e.conftest import console_env
from tests.patience import PATIENT_S

pytestmark = pytest.mark.e2e


def start(home, ports: dict[str, object], lines: list[str], until: str) -> subprocess.Popen[str]:
    """Starts `modconsole up`; returns once it printed `until`."""
    # With SIGINT ignored, as a script's background job begins: Ctrl-C must stop it all the same.
    shell = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"]
    process = subprocess.Popen(
        [*shell, sys.executable, "-m", "core.cli", "up"],
        env=console_env(home, **ports),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line.rstrip())
        if until in line:
            return process
    raise AssertionError("\n".join(lines))


@pytest.fixture
def ports() -> dict[str, object]:
    return {name: free_port() for name in ("dashboard_port", "author_port", "api_port")}


def stop(process: subprocess.Popen[str], sign: int) -> int:
    process.send_signal(sign)
    try:
        code = process.wait(timeout=PATIENT_S)
    finally:
        process.kill()
        assert process.stdout is not None
        process.stdout.close()
    return code


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_up_fills_the_queue_answers_on_three_ports_and_stops_cleanly(tmp_path, ports):
    lines: list[str] = []
    process = start(tmp_path, ports, lines, "Ready")
    try:
        assert any("using the bundled sample" in line for line in lines)
        assert not any("Hacker News" in line for line in lines)
        assert any("Scored" in line and "hold" in line for line in lines)
        for name, path in (
            ("dashboard_port", "/_stcore/health"),
            ("author_port", "/_stcore/health"),
            ("api_port", "/healthz"),
        ):
            assert any(str(ports[name]) in line for line in lines)
            with urllib.request.urlopen(f"http://127.0.0.1:{ports[name]}{path}") as answer:
                assert answer.status == 200
    finally:
        code = stop(process, signal.SIGINT)
    assert code == 0
    assert all(is_free(port) for port in ports.values())

    again: list[str] = []
    process = start(tmp_path, ports, again, "Ready")
    assert not any("bundled sample" in line for line in again)
    assert any("Nothing waits to be scored" in line for line in again)
    assert stop(process, signal.SIGTERM) == 0


@pytest.mark.parametrize("set_up", ["name", "key"])
def test_a_site_that_is_set_up_starts_empty_and_is_told_what_comes_next(tmp_path, ports, set_up):
    if set_up == "key":
        KeyFolder(tmp_path / "api-keys").create("site", datetime(2026, 11, 1, tzinfo=UTC))
    named = {"site_name": "The Nook"} if set_up == "name" else {}
    lines: list[str] = []
    process = start(tmp_path, ports | named, lines, "Ready")
    assert stop(process, signal.SIGTERM) == 0
    assert not any("bundled sample" in line for line in lines)
    assert any("begins empty" in line and "modconsole key create" in line for line in lines)


def test_hacker_news_that_does_not_answer_gives_way_to_the_sample(tmp_path, ports):
    news = {"hackernews_count": 5, "hackernews_url": f"http://127.0.0.1:{free_port()}/v0"}
    lines: list[str] = []
    process = start(tmp_path, ports | news, lines, "Ready")
    assert stop(process, signal.SIGINT) == 0
    assert any("Asking Hacker News for its 5 newest comments" in line for line in lines)
    assert any("No Hacker News: " in line for line in lines)
    assert any("using the bundled sample" in line for line in lines)


def test_up_opens_though_the_backend_sends_web_pages(tmp_path, ports, monkeypatch):
    monkeypatch.setenv("TEST_KEY", KEY)
    with RemoteServer() as server:
        server.override = lambda _asked: ServerAnswer(b"<html>Sign in</html>")
        config_of(tmp_path, server.url, "vllm")
        lines: list[str] = []
        process = start(tmp_path, {**ports, "backend": "my-vllm"}, lines, "Ready")
        try:
            assert any("Nothing is scored: my-vllm sent a web page" in line for line in lines)
            url = f"http://127.0.0.1:{ports['api_port']}/healthz"
            with pytest.raises(urllib.error.HTTPError, match="503"):
                urllib.request.urlopen(url)
        finally:
            code = stop(process, signal.SIGINT)
    assert code == 0


def test_a_killed_up_leaves_no_server_behind_and_the_next_start_works(tmp_path, ports):
    process = start(tmp_path, ports, [], "Ready")
    stop(process, signal.SIGKILL)
    deadline = time.monotonic() + PATIENT_S
    while not all(is_free(port) for port in ports.values()):
        assert time.monotonic() < deadline, "a server outlived its parent"
        time.sleep(0.1)
    process = start(tmp_path, ports, [], "Ready")
    assert stop(process, signal.SIGINT) == 0


def test_a_taken_port_is_one_clear_line(tmp_path, ports):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", ports["api_port"]))
        holder.listen()
        result = subprocess.run(
            [sys.executable, "-m", "core.cli", "up"],
            env=console_env(tmp_path, **ports),
            capture_output=True,
            text=True,
            timeout=PATIENT_S,
            check=False,
        )
    assert result.returncode == 2
    assert f"Port {ports['api_port']} is taken" in result.stderr
    assert "MODCONSOLE_API_PORT" in result.stderr
    assert "Traceback" not in result.stderr
