"""A server on loopback that misbehaves below HTTP: on the socket itself."""

import json
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from tests.contract.remote_server import logits_of
from tests.patience import PATIENT_S

Behaviour = Callable[[socket.socket], None]
_STEP_S = 0.02
_GIVE_UP_S = PATIENT_S


def silence(connection: socket.socket) -> None:
    """Takes the request and never answers."""
    connection.settimeout(_GIVE_UP_S)
    while connection.recv(65536):  # until the client goes
        pass


def hang_up(connection: socket.socket) -> None:
    """Closes the connection without an answer."""


def reset(connection: socket.socket) -> None:
    """Resets the connection in the middle of the body."""
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n[[{"label"')
    time.sleep(_STEP_S)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def cut_short(connection: socket.socket) -> None:
    """Sends fewer bytes than its Content-Length says."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n[[{")


def slow_headers(connection: socket.socket) -> None:
    """Sends the headers byte by byte, without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    _drip(connection)


def slow_body(connection: socket.socket) -> None:
    """Sends the body byte by byte, without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    _drip(connection)


def not_http(connection: socket.socket) -> None:
    """Speaks another protocol."""
    connection.sendall(b"220 mail.example ESMTP\r\n")


def tei_answer(connection: socket.socket) -> None:
    """A good answer of text-embeddings-inference for one harmless text."""
    pairs = [{"label": name, "score": score} for name, score in logits_of("fine").items()]
    body = json.dumps([pairs]).encode()
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


def _hear(connection: socket.socket) -> None:
    """Takes the request to its last byte: a connection closed with some of it unread is reset, and
    the client may lose the answer."""
    with connection.makefile("rb") as stream:
        length = 0
        while (line := stream.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        stream.read(length)


class ClientStayed(Exception):
    """The client waited longer than a caller should."""


def _drip(connection: socket.socket) -> None:
    end = time.monotonic() + _GIVE_UP_S
    while time.monotonic() < end:
        connection.sendall(b"x")
        time.sleep(_STEP_S)
    raise ClientStayed


class FaultyServer:
    """Every connection gets the same behaviour. `connections` counts them, `stayed` those that the
    client did not end in time."""

    def __init__(self, behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        self.stayed = 0
        self._behaviour = behaviour
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        try:
            connection = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
            with connection:
                _hear(connection)
                self._behaviour(connection)
        except OSError:
            plain.close()  # the client has gone, as it should
        except ClientStayed:
            self.stayed += 1


def self_signed(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that nobody trusts, and a server context with it."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
            "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return cert, context
