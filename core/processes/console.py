"""`modconsole up`: the whole console on this machine, in one command."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from core.bootstrap.services import Services
from core.config import Settings
from core.errors import ConfigError, ConsoleError
from core.private_files import make_private_folder, open_private_file
from core.processes.health import await_answer

LIVE_PATH = "/v2/health/live"
HEALTHY_WITHIN_S = 60.0
STOP_WITHIN_S = 8.0


@dataclass(frozen=True, slots=True)
class Server:
    """One child process: the module it runs, and the path of its health check."""

    title: str
    module: str
    argument: str
    setting: str
    port: int
    health_path: str


def servers(settings: Settings) -> tuple[Server, ...]:
    """The three servers of the console. They start even when the backend can't be used."""
    return (
        Server("Console", "dashboard.server", "staff", "DASHBOARD_PORT",
               settings.dashboard_port, "/_stcore/health"),
        Server("Look-up", "dashboard.server", "author", "AUTHOR_PORT",
               settings.author_port, "/_stcore/health"),
        Server("API", "core.cli", "serve", "API_PORT", settings.api_port, LIVE_PATH),
    )  # fmt: skip


def serve_all(services: Services, ingest: Callable[[], None], say: Callable[[str], None]) -> int:
    """Start the servers, ingest comments and decide on them, then wait for a signal to stop.

    `ingest` runs while the servers start. Raises ConfigError when a port is taken.
    """
    chosen = servers(services.settings)
    for server in chosen:
        _check_port(server)
    logs = services.settings.logs_dir
    make_private_folder(logs)
    with _interruptible(), _running(chosen, logs) as children:
        try:
            say("Starting the console, the public look-up and the API ...")
            ingest()
            for server, child in zip(chosen, children, strict=True):
                _await_health(server, child, logs)
            say("")
            for server in chosen:
                say(f"  {server.title:<8} http://127.0.0.1:{server.port}")
            say("\nReady. Press Ctrl-C to stop.")
            return _wait(chosen, children, logs, say)
        except KeyboardInterrupt:
            say("\nStopping ...")
    say("Stopped. Everything is kept in " + str(services.settings.home))
    return 0


def _check_port(server: Server) -> None:
    with socket.socket() as probe:
        # As the servers do: a port in TIME_WAIT after the last run counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", server.port))
        except OSError:
            raise ConfigError(
                f"Port {server.port} is taken ({server.title}). Stop what uses it, or set "
                f"MODCONSOLE_{server.setting} to another."
            ) from None


@contextmanager
def _interruptible() -> Iterator[None]:
    """SIGTERM stops like Ctrl-C. Ctrl-C also works in a process that a script started in the
    background, where SIGINT is ignored at first."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {sign: signal.signal(sign, interrupt) for sign in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


@contextmanager
def _running(chosen: tuple[Server, ...], logs: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The child processes. At the end they are terminated, and killed if they don't stop."""
    children: list[subprocess.Popen[bytes]] = []
    try:
        for server in chosen:
            path = logs / f"{server.title.lower()}.log"
            with os.fdopen(open_private_file(path, os.O_WRONLY | os.O_APPEND), "ab") as log:
                command = [
                    sys.executable,
                    "-m",
                    "core.processes.supervised",
                    server.module,
                    server.argument,
                ]
                children.append(
                    subprocess.Popen(
                        command,
                        stdin=subprocess.PIPE,
                        stdout=log,
                        stderr=log,
                        # In a new session, so that a terminal's Ctrl-C reaches only this process,
                        # which stops the children.
                        start_new_session=True,
                    )
                )
        yield children
    finally:
        for child in children:
            child.terminate()
        deadline = time.monotonic() + STOP_WITHIN_S
        for child in children:
            try:
                child.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            if child.stdin:
                child.stdin.close()


def _await_health(server: Server, child: subprocess.Popen[bytes], logs: Path) -> None:
    if not await_answer(child, server.port, server.health_path, within_s=HEALTHY_WITHIN_S):
        raise ConsoleError(
            f"{server.title} did not start; see {logs / (server.title.lower() + '.log')}"
        )


def _wait(
    chosen: tuple[Server, ...],
    children: list[subprocess.Popen[bytes]],
    logs: Path,
    say: Callable[[str], None],
) -> int:
    while True:
        for server, child in zip(chosen, children, strict=True):
            if child.poll() is not None:
                log = logs / f"{server.title.lower()}.log"
                say(f"{server.title} stopped by itself (exit {child.returncode}); see {log}")
                return 1
        time.sleep(0.5)
