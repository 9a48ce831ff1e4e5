"""The running console and look-up: allowed origins, and limits of a connection."""

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from core.processes.health import await_answer
from core.processes.ports import free_port
from tests.patience import PATIENT_S

pytestmark = pytest.mark.slow

HANDSHAKE = (
    "GET /_stcore/stream HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
)


@pytest.fixture(scope="module", params=["staff", "author"])
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MODCONSOLE_")}
    settings = {
        "MODCONSOLE_HOME": str(tmp_path_factory.mktemp("home")),
        "MODCONSOLE_BACKEND": "fake",
        f"MODCONSOLE_{'DASHBOARD' if request.param == 'staff' else 'AUTHOR'}_PORT": str(port),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard.server", request.param],
        env=kept | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert await_answer(process, port, "/_stcore/health", within_s=PATIENT_S)
        yield port
    finally:
        process.kill()
        process.wait()


def shake_hands(port: int, host: str, *headers: str) -> int:
    """The status of a WebSocket handshake; 101 means accepted."""
    more = "".join(f"{header}\r\n" for header in headers)
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENT_S) as peer:
        peer.sendall(HANDSHAKE.format(host=host, more=more).encode())
        return int(peer.recv(4096)[9:12])


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_its_own_pages_are_accepted(port: int, name: str) -> None:
    host = f"{name}:{port}"
    assert shake_hands(port, host, f"Origin: http://{host}") == 101
    assert shake_hands(port, host, f"Origin: http://{host.lower()}") == 101


FOREIGN = (
    "http://localhost:3000",
    "http://127.0.0.1:3000",
    "http://127.0.0.1",
    "http://localhost:{port}",
    "http://0.0.0.0:{port}",
    "http://[::1]:{port}",
    "https://example.org",
    "http://127.0.0.1:{port}.example.org",
    "http://127.0.0.1:{port}@example.org",
    "http://example.org@127.0.0.1:{port}",
    "http://127.0.0.1:{port}/",
    "ftp://127.0.0.1:{port}",
    "127.0.0.1:{port}",
    "http://[",
    "null",
    "",
)


@pytest.mark.parametrize("origin", FOREIGN)
def test_pages_of_others_are_not(port: int, origin: str) -> None:
    origin = origin.format(port=port)
    assert shake_hands(port, f"127.0.0.1:{port}", f"Origin: {origin}") == 403
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENT_S)
    for method, path in (("GET", "/_stcore/health"), ("PUT", "/_stcore/upload_file/a/b")):
        connection.request(method, path, headers={"Origin": origin})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 403
        assert answer.headers["Access-Control-Allow-Origin"] is None
    connection.close()


def test_a_second_origin_does_not_help(port: int) -> None:
    host = f"127.0.0.1:{port}"
    origins = (f"Origin: http://{host}", "Origin: http://localhost:3000")
    assert shake_hands(port, host, *origins) in {400, 403}


def test_a_foreign_host_name_is_refused(port: int) -> None:
    rebound = "rebound.example"
    assert shake_hands(port, rebound, f"Origin: http://{rebound}") == 403


def test_a_write_without_the_token_against_forgery_is_refused(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENT_S)
    connection.request("PUT", "/_stcore/upload_file/a/b", b"x")
    assert connection.getresponse().status in {400, 403}
    connection.close()


@pytest.mark.parametrize("beginning", [b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ", b"GET /"])
def test_a_head_without_an_end_is_cut_off(port: int, beginning: bytes) -> None:
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENT_S) as peer:
        try:
            peer.sendall(beginning)
            while sent < 64_000_000:
                peer.sendall(b"a" * 4096)
                sent += 4096
        except OSError:
            pass
    assert sent < 64_000_000
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENT_S)
    connection.request("GET", "/_stcore/health")
    assert connection.getresponse().status == 200
    connection.close()


def test_half_a_head_is_waited_for_ten_seconds(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENT_S) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX")
        assert peer.recv(4096).startswith(b"HTTP/1.1 408 ")
        assert peer.recv(4096) == b""


def test_the_demo_sign_in_answers_nobody_who_comes_by_a_proxy(
    port: int, request: pytest.FixtureRequest
) -> None:
    is_staff = request.node.callspec.params["port"] == "staff"
    passed_on = "X-Forwarded-For: 203.0.113.7"
    host = f"127.0.0.1:{port}"
    status = shake_hands(port, host, f"Origin: http://{host}", passed_on)
    assert status == (403 if is_staff else 101)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENT_S)
    connection.request("GET", "/", headers=dict([passed_on.split(": ")]))
    assert connection.getresponse().status == (403 if is_staff else 200)
    connection.close()
