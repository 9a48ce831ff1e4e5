"""A load generator: a closed loop, and Poisson arrivals.

Written for this purpose, because a general HTTP client would take processor time from the server.
"""

import asyncio
import itertools
import random
import re
import ssl
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

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
WATCH_EVERY_S = 0.1

NextRequest = Callable[[], bytes]
Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens."""

    port: int
    host: str = "127.0.0.1"
    is_tls: bool = False


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


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
    async def open(cls, to: Address) -> "Connection":
        """Raises OSError."""
        tls = _tls() if to.is_tls else None
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(cls, to.host, to.port, ssl=tls)
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


def closed_loop(
    servers: Sequence[Address],
    request: NextRequest,
    *,
    connections: int,
    seconds: float,
    stop: Stop | None = None,
) -> Load:
    """Each connection sends its next request when the previous one is answered; they are spread
    evenly over the servers. The time begins when all are open: on a busy machine that alone can
    take longer than a short load. It ends early once `stop` is true. Raises OSError if nobody
    listens."""

    async def one(load: Load, connection: Connection, server: Address) -> None:
        try:
            while (began := time.perf_counter()) < load.began + seconds:
                if not connection.is_open:
                    connection = await Connection.open(server)
                status = await connection.send(request())
                load.add(status, time.perf_counter() - began)
                if status != OK:
                    await asyncio.sleep(AFTER_REFUSAL_S)
        finally:
            connection.close()

    async def all_of_them(load: Load) -> None:
        used = [servers[number % len(servers)] for number in range(connections)]
        opened = await asyncio.gather(*map(Connection.open, used))
        load.connections = connections
        load.began = time.perf_counter()
        await asyncio.gather(*(one(load, *each) for each in zip(opened, used, strict=True)))

    return _measured(all_of_them, stop)


def open_loop(
    servers: Sequence[Address],
    request: NextRequest,
    *,
    rate: float,
    seconds: float,
    seed: int,
    settle_s: float | None = None,
    stop: Stop | None = None,
) -> Load:
    """Poisson arrivals at `rate` a second, independent of pending requests, over the servers in
    turn. Latency counts from the time a request was due, so that a stalled client or server can't
    hide it. What is not answered `settle_s` seconds after the last arrival has no answer; None
    waits for all. It ends early once `stop` is true."""

    async def all_of_them(load: Load) -> None:
        await _Arrivals(servers, request, load, seed).run(rate, seconds, settle_s)

    return _measured(all_of_them, stop)


class _Arrivals:
    def __init__(
        self, servers: Sequence[Address], request: NextRequest, load: Load, seed: int
    ) -> None:
        self._servers = itertools.cycle(servers)
        self._request = request
        self._load = load
        self._random = random.Random(seed)
        self._free: dict[Address, list[Connection]] = {server: [] for server in servers}
        self._late: deque[float] = deque()
        self._sending: set[asyncio.Task[None]] = set()

    async def run(self, rate: float, seconds: float, settle_s: float | None) -> None:
        try:
            await self._arrive(rate, until := time.perf_counter() + seconds)
            await self._settle(until, settle_s)
        finally:
            for task in self._sending:
                task.cancel()
            for connection in itertools.chain(*self._free.values()):
                connection.close()

    async def _arrive(self, rate: float, until: float) -> None:
        due = time.perf_counter()
        while (due := due + self._random.expovariate(rate)) < until:
            if (ahead := due - time.perf_counter()) > 0:
                await asyncio.sleep(ahead)
            self._late.append(due)
            if len(self._sending) < MOST_CONNECTIONS:
                task = asyncio.create_task(self._send())
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)
                self._load.connections = max(self._load.connections, len(self._sending))

    async def _settle(self, until: float, settle_s: float | None) -> None:
        if not self._sending:
            return
        left_s = None if settle_s is None else max(0.0, until + settle_s - time.perf_counter())
        _, pending = await asyncio.wait(self._sending, timeout=left_s)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        while self._late:
            self._load.add(NO_ANSWER, time.perf_counter() - self._late.popleft())

    async def _send(self) -> None:
        """Sends requests as they become due until none are left."""
        while self._late:
            due, status = self._late.popleft(), NO_ANSWER
            server = next(self._servers)
            try:
                with suppress(OSError):
                    status = await self._ask(server)
            finally:
                self._load.add(status, time.perf_counter() - due)

    async def _ask(self, server: Address) -> int:
        request = self._request()
        connection = await self._connection(server)
        status = await self._send_on(connection, request, server)
        if status == NO_ANSWER and connection.answers:
            # A server may close an idle connection at the moment it is used again.
            status = await self._send_on(await Connection.open(server), request, server)
        return status

    async def _send_on(self, connection: Connection, request: bytes, server: Address) -> int:
        try:
            status = await connection.send(request)
        except asyncio.CancelledError:
            connection.close()
            raise
        if connection.is_open:
            self._free[server].append(connection)
        return status

    async def _connection(self, server: Address) -> Connection:
        while self._free[server]:
            connection = self._free[server].pop()
            if connection.is_open:
                return connection
        return await Connection.open(server)


def _measured(
    work: Callable[[Load], Awaitable[None] | Coroutine[Any, Any, None]], stop: Stop | None
) -> Load:
    load = Load()

    async def run() -> None:
        task = asyncio.ensure_future(work(load))
        while not task.done():
            await asyncio.wait({task}, timeout=WATCH_EVERY_S)
            if stop is not None and stop() and not task.done():
                task.cancel()
                await asyncio.wait({task})
                return
        await task

    cpu = time.process_time()
    asyncio.run(run())
    load.wall_s = time.perf_counter() - load.began
    load.client_cpu = (time.process_time() - cpu) / load.wall_s
    return load
