"""Limits for one connection that uvicorn has no settings for with httptools.

The parser keeps an unfinished header line and copies it with every piece that arrives, without a
limit, and nothing ends a request that is sent too slowly. Here the head of a request has a size
limit and a time limit, its body a time limit, and the process a limit of connections. To make room
for a new connection, one without a complete request is closed, never one that waits for its answer.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

MAX_HEAD_BYTES = 32 * 1024
"""Limit for request line and headers, and for bytes that belong to no body, like trailers."""
HEAD_WITHIN_S = 10.0
"""From the first byte of a request, or from connecting."""
BODY_WITHIN_S = 30.0
ANSWER_READ_WITHIN_S = 30.0
MAX_CONNECTIONS = 800
"""Below the 1,024 files that a process may usually have open."""


class LimitedProtocol(HttpToolsProtocol):
    """One connection. Passed to uvicorn as `http=LimitedProtocol`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        self._unread_deadline: asyncio.TimerHandle | None = None
        self._unused_bytes = 0
        self._head_bytes = 0
        self._is_sending = False  # a request has arrived in part
        self._is_waiting = False  # a request is complete and not yet answered
        self._idle_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        if len(self.connections) >= MAX_CONNECTIONS and not self._make_room():
            transport.write(_answer(503, "Too many connections; try again later."))
            transport.close()
            self.transport = transport
            return
        super().connection_made(transport)
        self._idle_since = self.loop.time()
        self._set_deadline(HEAD_WITHIN_S)

    def connection_lost(self, exc: Exception | None) -> None:
        self._set_deadline(None)
        self._set_unread_deadline(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._unused_bytes += len(data)
        if self._deadline is None and not self._is_waiting:
            self._set_deadline(HEAD_WITHIN_S)
        super().data_received(data)
        if self._unused_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._refuse(431)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = 0
        self._is_sending = True
        if self._deadline is None:
            self._set_deadline(HEAD_WITHIN_S)

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + len(b": \r\n"))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._set_deadline(BODY_WITHIN_S)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unused_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unused_bytes = 0
        self._is_sending = False
        self._is_waiting = True
        self._set_deadline(None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self._is_waiting = bool(self.pipeline)
        self._idle_since = self.loop.time()
        super().on_response_complete()

    def handle_websocket_upgrade(self) -> None:
        self._set_deadline(None)
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        """Answers 431 if the head was too large; other parser errors stay 400."""
        if self._head_bytes > MAX_HEAD_BYTES:
            self._refuse(431)
        else:
            super().send_400_response(msg)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._set_unread_deadline(ANSWER_READ_WITHIN_S)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._set_unread_deadline(None)

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MAX_HEAD_BYTES:
            raise ValueError("the head is too large")

    def _set_deadline(self, seconds: float | None) -> None:
        """Starts the time limit for the next part of the request; None ends it."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = (
            None if seconds is None else self.loop.call_later(seconds, self._on_deadline)
        )

    def _set_unread_deadline(self, seconds: float | None) -> None:
        if self._unread_deadline is not None:
            self._unread_deadline.cancel()
        self._unread_deadline = (
            None if seconds is None else self.loop.call_later(seconds, self.transport.abort)
        )

    def _on_deadline(self) -> None:
        if self._is_waiting or self.flow.read_paused:
            self._set_deadline(BODY_WITHIN_S)  # the server is slow here, not the client
        elif self._is_sending:
            self._refuse(408)
        else:
            self.transport.close()

    def _refuse(self, status: int) -> None:
        """Sends the error, unless an answer has begun, and closes."""
        has_begun = self.cycle is not None and self.cycle.response_started
        if not has_begun or self.cycle.response_complete:
            self.transport.write(_answer(status, _WORDS[status]))
        self.transport.close()

    def _make_room(self) -> bool:
        """Closes the connection that has been without a complete request for longest; False if
        there is none."""
        found = [
            each
            for each in self.connections
            if isinstance(each, LimitedProtocol) and not each._is_waiting
        ]
        if not found:
            return False
        longest = min(found, key=lambda each: each._idle_since)
        self.connections.discard(longest)
        longest.transport.abort()
        return True


_WORDS = {
    408: "The request did not arrive in time.",
    431: f"The request's head is over {MAX_HEAD_BYTES:,} bytes.",
}


def _answer(status: int, words: str) -> bytes:
    headers = (
        b"content-type: text/plain; charset=utf-8",
        b"content-length: %d" % len(words),
        b"connection: close",
    )
    return STATUS_LINE[status] + b"\r\n".join([*headers, b"", words.encode()])
