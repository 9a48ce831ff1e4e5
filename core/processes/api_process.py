"""The real API in a child process with a fresh home, measured from outside."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.config import Settings
from core.environment import environment_for
from core.errors import ConsoleError
from core.load_test.http_load import Address
from core.processes.health import await_answer
from core.processes.ports import free_port

READY_WITHIN_S = 120.0
STOP_WITHIN_S = 30.0
WATCH_EVERY_S = 0.5


@dataclass(slots=True)
class RunningApi:
    """A running API. `memory_mb` holds (seconds, resident megabytes); it is empty where the system
    doesn't report memory."""

    port: int
    home: Path
    process: "subprocess.Popen[bytes]"
    memory_mb: list[tuple[float, float]] = field(default_factory=list)

    @property
    def address(self) -> Address:
        """Where it listens."""
        return Address(self.port)

    def cpu_s(self) -> float | None:
        """Processor seconds used so far; None where the system doesn't report them."""
        try:
            stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        except OSError:
            return None
        ticks = stat.rpartition(")")[2].split()
        return (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")

    def watch(self, stopped: threading.Event) -> None:
        """Record its memory until `stopped` is set."""
        while not stopped.wait(WATCH_EVERY_S):
            with suppress(OSError):
                for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
                    if line.startswith("VmRSS:"):
                        self.memory_mb.append((time.monotonic(), int(line.split()[1]) / 1024.0))

    def stop(self) -> None:
        """Ask it to stop, and wait until it has answered the requests it accepted."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def record_count(self) -> int:
        """How many records its serving log has of real traffic."""
        lines = (
            json.loads(line)
            for path in (self.home / "serving-log").glob("*.jsonl")
            for line in path.read_text().splitlines()
        )
        return sum(record.get("mode") == "realtime" for record in lines)  # refusals have no mode


@contextmanager
def running_api(settings: Settings, home: Path) -> Iterator[RunningApi]:
    """Yields the API when it answers. Raises ConsoleError with its last output if it does not
    start."""
    port = free_port()
    child = replace(settings, home=home, api_port=port, api_host="127.0.0.1")
    with (home / "api.log").open("wb") as log:
        # The API stops when its standard input closes, so it can't outlive this process.
        process = subprocess.Popen(
            [sys.executable, "-m", "core.processes.supervised", "core.cli", "serve"],
            env=environment_for(child),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
        )
    api, stopped = RunningApi(port, home, process), threading.Event()
    try:
        _await_ready(api)
        watcher = threading.Thread(target=api.watch, args=(stopped,), daemon=True)
        watcher.start()
        yield api
        stopped.set()
        watcher.join()
    finally:
        stopped.set()
        process.kill()
        process.wait()
        if process.stdin:
            process.stdin.close()


def _await_ready(api: RunningApi) -> None:
    ready_path = "/v2/health/ready"
    if await_answer(api.process, api.port, ready_path, within_s=READY_WITHIN_S):
        return
    words = (api.home / "api.log").read_text(errors="replace").strip().splitlines()
    raise ConsoleError(f"the API did not start: {words[-1] if words else 'it said nothing'}")
