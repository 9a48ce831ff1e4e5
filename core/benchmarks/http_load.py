"""A load generator for this machine: a closed loop, and Poisson arrivals.

Written for this purpose, because a general HTTP client would take processor time from the server.
"""

import asyncio
import random
import re
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

HOST = "127.0.0.1"
MOST_CONNECTIONS = 512
ANSWER_WITHIN_S = 60.0
AFTER_REFUSAL_S = 1.0
"""The least wait of the API's `Retry-After`. Without it a closed loop would measure how fast the
same few requests are refused."""
OK = 200
NO_ANSWER = 0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked\r\n", re.IGNORECASE)
_LAST_CHUNK = b"\r\n0\r\n\r\n"

NextRequest = Callable[[], bytes]


@dataclass(slots=True)
class Load:
    """The answers to one load. `latencies_s` holds seconds by status, in the order of the answers;
    a request without an answer has status 0. `client_cpu` is this process's use of one core."""

    wall_s: float = 0.0
    client_cpu: float = 0.0
    latencies_s: dict[int, list[float]] = field(default_factory=dict)
    connections: int = 0
    began: float = field(default_factory=time.perf_counter)

    def add(self, status: int, latency_s: float) -> None:
        """Add the outcome of one request."""
        self.latencies_s.setdefault(status, []).append(latency_s)

    def counts(self) -> Counter[int]:
        """Number of answers by status."""
        return Counter({status: len(spent) for status, spent in self.latencies_s.items()})


class Connection(asyncio.Protocol):
    """One connection with one request at a time; only status and length of an answer are parsed."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._answer: asyncio.Future[int] | None = None
        self._received = bytearray()
        self.answers = 0

    @classmethod
    async def open(cls, port: int) -> "Connection":
        """Raises OSError."""
        _, connection = await asyncio.get_running_loop().create_connection(cls, HOST, port)
        return connection

    @property
    def is_open(self) -> bool:
        """Whether another request may be sent."""
        return self._transport is not None and not self._transport.is_closing()

    async def send(self, request: bytes) -> int:
        """The status of the answer; NO_ANSWER if the connection ended first."""
        if self._transport is None:
            return NO_ANSWER
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await self._answer
        except TimeoutError:
            self.close()
            return NO_ANSWER

    def close(self) -> None:
        """Close the socket."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        if self._is_whole(end):
            self.answers += 1
            self._settle(int(self._received[9:12]))
            self._received.clear()

    def _is_whole(self, end: int) -> bool:
        if _CHUNKED.search(self._received, 0, end + 2):
            return self._received.endswith(_LAST_CHUNK)
        length = _LENGTH.search(self._received, 0, end + 2)
        return len(self._received) >= end + 4 + int(length[1] if length else 0)

    def connection_lost(self, _error: Exception | None) -> None:
        self._transport = None
        self._settle(NO_ANSWER)

    def _settle(self, status: int) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(status)


def closed_loop(port: int, request: NextRequest, *, connections: int, seconds: float) -> Load:
    """Each connection sends its next request when the previous one is answered. The time begins
    when all are open: on a busy machine that alone can take longer than a short load."""

    async def one(load: Load, connection: Connection) -> None:
        while (began := time.perf_counter()) < load.began + seconds:
            if not connection.is_open:
                connection = await Connection.open(port)
            status = await connection.send(request())
            load.add(status, time.perf_counter() - began)
            if status != OK:
                await asyncio.sleep(AFTER_REFUSAL_S)
        connection.close()

    async def all_of_them(load: Load) -> None:
        opened = await asyncio.gather(*(Connection.open(port) for _ in range(connections)))
        load.connections = connections
        load.began = time.perf_counter()
        await asyncio.gather(*(one(load, connection) for connection in opened))

    return _measured(all_of_them)


def open_loop(port: int, request: NextRequest, *, rate: float, seconds: float, seed: int) -> Load:
    """Poisson arrivals at `rate` a second, independent of pending requests. Latency counts from the
    time a request was due, so that a stalled client or server can't hide it."""
    return _measured(lambda load: _Arrivals(port, request, load, seed).run(rate, seconds))


class _Arrivals:
    def __init__(self, port: int, request: NextRequest, load: Load, seed: int) -> None:
        self._port = port
        self._request = request
        self._load = load
        self._random = random.Random(seed)
        self._free: list[Connection] = []
        self._late: deque[float] = deque()
        self._sending: set[asyncio.Task[None]] = set()

    async def run(self, rate: float, seconds: float) -> None:
        due = time.perf_counter()
        until = due + seconds
        while (due := due + self._random.expovariate(rate)) < until:
            if (ahead := due - time.perf_counter()) > 0:
                await asyncio.sleep(ahead)
            self._late.append(due)
            if len(self._sending) < MOST_CONNECTIONS:
                task = asyncio.create_task(self._send())
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)
                self._load.connections = max(self._load.connections, len(self._sending))
        await asyncio.gather(*self._sending)
        for connection in self._free:
            connection.close()

    async def _send(self) -> None:
        """Sends requests as they become due, on one connection, until none are left."""
        connection: Connection | None = None
        while self._late:
            due = self._late.popleft()
            try:
                request = self._request()
                if connection is None or not connection.is_open:
                    connection = await self._connection()
                status = await connection.send(request)
                if status == NO_ANSWER and connection.answers:
                    # A server may close an idle connection at the moment it is used again.
                    connection = await Connection.open(self._port)
                    status = await connection.send(request)
            except OSError:
                status = NO_ANSWER
            self._load.add(status, time.perf_counter() - due)
        if connection is not None and connection.is_open:
            self._free.append(connection)

    async def _connection(self) -> Connection:
        while self._free:
            connection = self._free.pop()
            if connection.is_open:
                return connection
        return await Connection.open(self._port)


def _measured(work: Callable[[Load], Awaitable[None] | Coroutine[Any, Any, None]]) -> Load:
    load = Load()

    async def run() -> None:
        await work(load)

    cpu = time.process_time()
    asyncio.run(run())
    load.wall_s = time.perf_counter() - load.began
    load.client_cpu = (time.process_time() - cpu) / load.wall_s
    return load
