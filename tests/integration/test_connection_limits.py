"""Limits of one connection to the API: endless heads, slow senders, too many connections."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import httpx2
import pytest

from core.inference.base import BatchResult
from core.serving import connection_limits
from core.serving.connection_limits import MAX_HEAD_BYTES
from tests.integration.api_server import Running, running_server
from tests.patience import PATIENT_S

HEAD = b"POST /v1/comments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
GET = b"GET /v2/health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n"
PIECE = b"a" * 4096


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_server(tmp_path_factory.mktemp("home")) as running:
        yield running


def connected(server: Running) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=PATIENT_S)


def answered(peer: socket.socket) -> bytes:
    """All bytes until the server closes the connection."""
    said = b""
    try:
        while piece := peer.recv(65536):
            said += piece
    except ConnectionError:
        pass  # closed with bytes of ours unread
    return said


def status_of(said: bytes) -> int:
    assert said.startswith(b"HTTP/1.1 "), said[:80]
    return int(said[9:12])


def is_healthy(server: Running) -> bool:
    return httpx2.get(f"{server.url}/healthz", timeout=PATIENT_S).status_code == 200


ENDLESS = {
    "header line": GET + b"X: ",
    "header name": GET,
    "request line": b"GET /",
    "method": b"",
    "chunk extension": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;",
    "trailer": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\nX: ",
}


@pytest.mark.parametrize("what", ENDLESS)
def test_what_has_no_end_is_cut_off_early(server: Running, what: str) -> None:
    """The connection ends long before 64 MB, and other requests are still answered."""
    with connected(server) as peer:
        sent = 0
        try:
            peer.sendall(ENDLESS[what])
            while sent < 64_000_000:
                peer.sendall(PIECE)
                sent += len(PIECE)
        except OSError:
            pass
        assert sent < 64_000_000
    assert is_healthy(server)


def test_endless_header_lines_are_cut_off_too(server: Running) -> None:
    with connected(server) as peer:
        peer.sendall(GET)
        for number in range(MAX_HEAD_BYTES // 10):
            try:
                peer.sendall(b"X-%d: 12345\r\n" % number)
            except OSError:
                break
        else:
            assert status_of(answered(peer)) == 431


@pytest.mark.parametrize("size", [MAX_HEAD_BYTES + 1, 200_000])
def test_a_head_over_the_limit_is_431_also_in_one_piece(server: Running, size: int) -> None:
    with connected(server) as peer:
        peer.sendall(GET + b"X: " + b"a" * size + b"\r\n\r\n")
        said = answered(peer)
    assert not said or status_of(said) == 431


def test_a_head_below_the_limit_is_taken(server: Running) -> None:
    room = MAX_HEAD_BYTES - len(GET) - 100
    with connected(server) as peer:
        peer.sendall(GET + b"Connection: close\r\nX: " + b"a" * room + b"\r\n\r\n")
        assert status_of(answered(peer)) == 200


def test_a_body_of_many_small_chunks_is_taken(server: Running) -> None:
    text = b'{"id": "chunks", "text": "' + b"fine " * 4000 + b'"}'
    with connected(server) as peer:
        peer.sendall(HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n")
        for at in range(0, len(text), 2):
            peer.sendall(b"%x\r\n%b\r\n" % (len(text[at : at + 2]), text[at : at + 2]))
        peer.sendall(b"0\r\n\r\n")
        assert status_of(answered(peer)) == 200


HALF_SENT = {
    "nothing": (b"", None),
    "half a head": (GET + b"X", 408),
    "a line break": (b"\r\n", None),
    "no body": (HEAD + b"Content-Length: 10\r\n\r\n", 408),
    "half a body": (HEAD + b"Content-Length: 10\r\n\r\n{", 408),
    "half a chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\na\r\n{", 408),
    "a head after a request": (GET + b"\r\n" + GET, 200),
}


@pytest.mark.parametrize("what", HALF_SENT)
def test_half_a_request_ends(server: Running, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_limits, "HEAD_WITHIN_S", 0.2)
    monkeypatch.setattr(connection_limits, "BODY_WITHIN_S", 0.2)
    sent, status = HALF_SENT[what]
    with connected(server) as peer:
        peer.sendall(sent)
        said = answered(peer)
        assert (status_of(said) if said else None) == status
    assert is_healthy(server)


def test_a_body_that_drips_ends_too(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_limits, "BODY_WITHIN_S", 0.3)
    with connected(server) as peer:
        peer.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
        try:
            for _ in range(2000):
                peer.sendall(b" ")
                time.sleep(0.01)
        except OSError:
            return
    pytest.fail("a slow body was waited for")


def test_a_slow_sender_is_waited_for_while_it_keeps_the_limits(server: Running) -> None:
    body = b'{"id": "slow", "text": "fine"}'
    with connected(server) as peer:
        for part in (HEAD, b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body), body):
            for at in range(0, len(part), 9):
                peer.sendall(part[at : at + 9])
        assert status_of(answered(peer)) == 200


def test_idle_connections_make_room_for_those_that_ask(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_limits, "MAX_CONNECTIONS", 8)
    with ExitStack() as stack:
        for number in range(30):
            peer = stack.enter_context(connected(server))
            peer.sendall(GET + b"X: " if number % 2 else b"")
        assert is_healthy(server)
        assert len(server.server.server_state.connections) <= 8


def test_with_every_connection_in_use_a_new_one_is_503(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived, let_go = threading.Semaphore(0), threading.Event()
    score = server.backend.score

    def held(texts: Sequence[str]) -> BatchResult:
        arrived.release()
        assert let_go.wait(PATIENT_S)
        return score(texts)

    monkeypatch.setattr(server.backend, "score", held)
    monkeypatch.setattr(connection_limits, "MAX_CONNECTIONS", 2)
    predict = b"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    with connected(server) as one, connected(server) as two:
        for peer in (one, two):
            peer.sendall(predict + b'Connection: close\r\nContent-Length: 14\r\n\r\n{"inputs":"x"}')
            assert arrived.acquire(timeout=PATIENT_S)
        with connected(server) as third:
            assert status_of(answered(third)) == 503
        let_go.set()
        assert {status_of(answered(peer)) for peer in (one, two)} == {200}
    assert is_healthy(server)
