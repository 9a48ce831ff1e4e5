"""A running site for incidents: the API and the remote backend it asks are processes, and a sender
that keeps its times whatever the answers are."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import httpx2

from core.processes.ports import free_port
from core.services.overview import find_cause
from core.servinglog.causes.cause import LikelyCause
from core.servinglog.queries import ServingLogQueries
from tests.contract.remote_configs import declare
from tests.contract.remote_server import KEY
from tests.factories import make_services
from tests.integration.api_process import running_api
from tests.patience import PATIENT_S

GOOD: dict[str, Any] = {"wait_ms": 10, "ms_per_char": 2.6, "answer": "good", "closes": False}
"""A quarter of a second for a usual text: long beside what a busy machine adds."""
WORDS = "The dyke by the old mill was mended in spring and the water stays out of the meadow now. "
SERVE = """
import os, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from core.bootstrap.services import build_services
from core.clock import Clock
from core.environment import load_settings
from core.serving.server import run_api

AHEAD = Path(os.environ["AHEAD_FILE"])
now = lambda: datetime.now(UTC) + timedelta(seconds=float(AHEAD.read_text()))
clock = Clock(now=now, monotonic=time.perf_counter)
run_api(build_services(load_settings(), worker="api", clock=clock))
"""
ANSWER_S = 20.0
BEFORE_NOW = timedelta(seconds=130)
"""The time before ends this long ago, so that the last two minutes hold none of it."""


class BackendProcess:
    """The remote backend; `tell` changes how it answers."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._control = folder / f"control-{self.port}.json"
        self.tell()
        self.start()

    def tell(self, **changes: Any) -> None:
        draft = self._control.with_suffix(".draft")
        draft.write_text(json.dumps(GOOD | changes))
        draft.replace(self._control)

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.integration.throttled_server"]
        self.process = subprocess.Popen([*command, str(self.port), str(self._control)])
        deadline = time.monotonic() + PATIENT_S
        while time.monotonic() < deadline:
            try:
                httpx2.get(f"http://127.0.0.1:{self.port}/tei/info", timeout=PATIENT_S)
                return
            except httpx2.TransportError:
                time.sleep(0.05)
        raise AssertionError("the backend did not come up")

    def stop(self) -> None:
        """Hangs: it takes connections and answers nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class Balancer:
    """Gives each new connection to the next of several ports."""

    def __init__(self, ports: Sequence[int]) -> None:
        self.port = free_port()
        self._ports, self._number = ports, 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            server = runner.run(asyncio.start_server(self._serve, "127.0.0.1", self.port))
            self._loop.run_forever()
            server.close()
            runner.run(_end_connections())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._number += 1
        port = self._ports[self._number % len(self._ports)]
        there, back = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(_pipe(reader, back), _pipe(there, writer), return_exceptions=True)
        except asyncio.CancelledError:
            for one in (writer, back):
                one.transport.abort()  # what a stopped process does not read is never sent


async def _end_connections() -> None:
    connections = asyncio.all_tasks() - {asyncio.current_task()}
    for one in connections:
        one.cancel()
    await asyncio.gather(*connections, return_exceptions=True)
    await asyncio.sleep(0.1)  # their sockets are closed by callbacks


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    finally:
        writer.close()


class Site:
    """The API of one home, with the log of its usual traffic moved to just before."""

    def __init__(self, home: Path, backend_port: int, ahead: Path, api_port: int) -> None:
        self.home, self.backend_port, self._ahead, self._port = home, backend_port, ahead, api_port
        self._texts = 0

    def send(self, seconds: float, per_s: float, *, words: int = 1, at_once: int = 1) -> None:
        """Requests at even times, `at_once` of them together; an answer that is late or refused
        delays no other request."""
        begin = time.monotonic()
        with httpx2.Client(timeout=ANSWER_S) as client, ThreadPoolExecutor(64) as senders:
            for number in range(int(seconds * per_s)):
                at_s = number // at_once * at_once / per_s
                time.sleep(max(0.0, begin + at_s - time.monotonic()))
                self._texts += 1
                senders.submit(self._ask, client, f"{self._texts} {WORDS * words}")

    def _ask(self, client: httpx2.Client, text: str) -> None:
        address = f"http://127.0.0.1:{self._port}/v1/moderations"
        with suppress(httpx2.TransportError):  # it gave up; what the log says counts
            client.post(address, json={"input": text})

    def move_clock(self, ahead_s: float) -> None:
        """How far the API's clock is ahead from now on."""
        draft = self._ahead.with_suffix(".draft")
        draft.write_text(str(ahead_s))
        draft.replace(self._ahead)

    def cause(self) -> LikelyCause | None:
        """What the overview would say now."""
        services = make_services(self.home)
        try:
            log = ServingLogQueries(self.home / "serving-log")
            return find_cause(services.context, log, datetime.now(UTC))
        finally:
            services.close()


@contextmanager
def running_site(
    home: Path, backend_port: int, usual: Sequence[dict[str, Any]] = (), **settings: str
) -> Iterator[Site]:
    """The API with `usual` as its log of the time before."""
    home.mkdir(parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{backend_port}/tei"
    declare(home, gpu={"kind": "tei", "url": url, "connect_timeout_s": 1, "timeout_s": 3})
    ahead, port = home / "ahead", free_port()
    ahead.write_text("0")
    _put(home / "serving-log", usual)
    given = {"backend": "gpu", "cache_size": "0", "batch_concurrency": "8", **settings}
    with ExitStack() as stack:
        environment = {"TEST_KEY": KEY, "AHEAD_FILE": str(ahead)}
        before = dict(os.environ)
        os.environ.update(environment)
        stack.callback(lambda: (os.environ.clear(), os.environ.update(before)))
        stack.enter_context(running_api(home, port, SERVE, **given))
        yield Site(home, backend_port, ahead, port)


def lines_of(home: Path) -> list[dict[str, Any]]:
    """The calls in the log of a home."""
    paths = sorted((home / "serving-log").glob("*.jsonl"))
    lines = [json.loads(line) for path in paths for line in path.read_bytes().splitlines()]
    return [line for line in lines if "started_at" in line]


def _put(folder: Path, usual: Sequence[dict[str, Any]]) -> None:
    if not usual:
        return
    newest = max(datetime.fromisoformat(line["started_at"]) for line in usual)
    later = datetime.now(UTC) - BEFORE_NOW - newest
    moved = []
    for line in usual:
        at = datetime.fromisoformat(line["started_at"]) + later
        moved.append(json.dumps(line | {"started_at": at.isoformat(timespec="microseconds")}))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "usual-1-1-0.jsonl").write_text("\n".join(moved) + "\n")
