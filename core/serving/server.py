"""The API as a process."""

import errno
import signal
import socket
import time
from types import FrameType

import uvicorn
from fastapi import FastAPI

from core.addresses import is_loopback
from core.bootstrap.services import Services
from core.config import Settings
from core.errors import ConfigError
from core.serving.api_keys import KeyFolder
from core.serving.app import create_app
from core.serving.connection_limits import LimitedProtocol
from core.serving.process import ApiProcess

AFTER_DRAIN_S = 1
"""Time for connections to close after draining; requests still under way then are cut off."""


def run_api(services: Services) -> None:
    """Serve until SIGTERM or Ctrl-C; then finish the accepted requests and refuse new ones with
    503.

    Raises ConfigError for an address that is in use or needs a key first, and ModelNotUsable.
    """
    settings = services.settings
    with listen(settings) as listener:
        # Loaded before the server starts, so that its errors reach the caller and not a start-up
        # log.
        _ = services.scorer
        DrainingServer(create_app(services)).run(sockets=[listener])


class DrainingServer(uvicorn.Server):
    """A server that still accepts connections while it drains, so that new requests are answered
    with 503."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=LimitedProtocol,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=AFTER_DRAIN_S,
            )
        )
        self._process: ApiProcess = app.state.process
        self._stop_by: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal starts draining, a second Ctrl-C stops at once."""
        del frame
        if self._stop_by is None:
            self._process.access.is_draining = True
            self._stop_by = time.monotonic() + self._process.services.settings.api_drain_s
        elif sig == signal.SIGINT:
            self.should_exit = self.force_exit = True

    async def on_tick(self, counter: int) -> bool:
        if self._stop_by is not None:
            is_drained = self._process.in_flight == 0
            self.should_exit |= is_drained or time.monotonic() >= self._stop_by
        return await super().on_tick(counter)


def listen(settings: Settings) -> socket.socket:
    """The socket, opened before anything else starts, so that no other process can take the port
    meanwhile."""
    host, port = settings.api_host, settings.api_port
    if not is_loopback(host) and not KeyFolder(settings.api_keys_dir).read_usable()[0]:
        raise ConfigError(
            f"MODCONSOLE_API_HOST is {host!r}: other machines can reach it, so an API key is "
            "needed; create one with `modconsole key create NAME`"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        # So that a port with connections in TIME_WAIT counts as free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise ConfigError(f"port {port} is taken; set MODCONSOLE_API_PORT") from None
        raise ConfigError(
            f"{host!r}, port {port} can't be used ({error.strerror}); set MODCONSOLE_API_HOST "
            "or MODCONSOLE_API_PORT"
        ) from None
    return listener
