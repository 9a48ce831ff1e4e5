"""Pooled connections with a deadline on response headers, which requests does not have."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from threading import Event, Timer
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class _Http(HTTPConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 has it
        with _headers_within(self.timeout, self.sock):
            return super().getresponse()


class _Https(HTTPSConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 has it
        with _headers_within(self.timeout, self.sock):
            return super().getresponse()


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class PooledAdapter(HTTPAdapter):
    """The adapter requests sends with; it keeps `size` connections to a host."""

    def __init__(self, size: int) -> None:
        super().__init__(pool_connections=1, pool_maxsize=size)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As in requests, but with the connection classes of this module."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}


@contextmanager
def _headers_within(timeout_s: object, sock: socket.socket | None) -> Iterator[None]:
    """Shuts the socket at the deadline. A socket's timeout restarts with every byte, so a server
    that sends one byte a second could block a caller for ever."""
    if not isinstance(timeout_s, int | float) or sock is None:
        yield
        return
    is_over = Event()
    timer = Timer(timeout_s, _shut, [sock, is_over])
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, HTTPException):
        if not is_over.is_set():
            raise
    finally:
        timer.cancel()
    if is_over.is_set():
        # The parser takes the end of a connection for the end of the headers.
        raise TimeoutError("the headers did not come in time")


def _shut(sock: socket.socket, is_over: Event) -> None:
    is_over.set()
    try:
        # The method of the plain socket: that of a TLS socket must not be called from a second
        # thread.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        return  # already closed
