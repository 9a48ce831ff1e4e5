"""A receiver of webhooks on loopback that can misbehave at each request, and remembers all."""

import base64
import hashlib
import hmac
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from tests.patience import PATIENT_S

KEY = bytes(range(32))
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
"""Without a content type: nobody reads it."""


@dataclass(frozen=True)
class Received:
    """One request as it came, whatever it was answered."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def is_signed(self) -> bool:
        content = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        digest = hmac.new(KEY, content, hashlib.sha256).digest()
        return self.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


Behaviour = Callable[[socket.socket], None]


def answer(whole: bytes) -> Behaviour:
    """Sends these bytes and closes."""
    return lambda connection: connection.sendall(whole)


ok = answer(OK)


def status(code: int, *headers: str) -> Behaviour:
    lines = "".join(f"{header}\r\n" for header in headers)
    return answer(f"HTTP/1.1 {code} X\r\n{lines}Content-Length: 0\r\n\r\n".encode())


def hang(connection: socket.socket) -> None:
    """Never answers."""
    connection.settimeout(PATIENT_S)
    while connection.recv(1):  # until the client goes
        pass


def drip(before: bytes) -> Behaviour:
    """Sends a byte now and then, until the client goes."""

    def send(connection: socket.socket) -> None:
        connection.sendall(before)
        for _ in range(int(PATIENT_S / 0.02)):
            connection.sendall(b"x")
            threading.Event().wait(0.02)

    return send


def flood(before: bytes, piece: bytes) -> Behaviour:
    """Sends as fast as it can, until the client goes."""

    def send(connection: socket.socket) -> None:
        connection.sendall(before)
        while True:
            connection.sendall(piece)

    return send


def reset(connection: socket.socket) -> None:
    """Dies in the middle of its answer."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Receiver:
    """Each request gets the next of `behaviours`, and `ok` after the last."""

    def __init__(
        self, behaviours: Sequence[Behaviour] = (), tls: ssl.SSLContext | None = None
    ) -> None:
        self.received: list[Received] = []
        self.connections = 0
        self.came = threading.Semaphore(0)
        self._behaviours = list(behaviours)
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}/hooks"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # A thread that waits in `accept` would keep the port open, and take one more.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def ids(self) -> list[str]:
        return [each.id for each in self.received]

    def wait(self) -> None:
        """Until the next request has come whole."""
        assert self.came.acquire(timeout=PATIENT_S), "no request came"

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
                while (request := _read(connection)) is not None:
                    self.received.append(request)
                    self.came.release()
                    behave = self._behaviours.pop(0) if self._behaviours else ok
                    behave(connection)
                    if behave is not ok:
                        return
        except OSError:
            plain.close()  # the client has gone


def _read(connection: socket.socket) -> Received | None:
    """The next request to its last byte; None if the client closes."""
    with connection.makefile("rb") as stream:
        headers: dict[str, str] = {}
        if not stream.readline().startswith(b"POST /hooks"):
            return None
        while (line := stream.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return Received(headers, stream.read(int(headers["content-length"])))
