"""The API as a process."""

import errno
import socket
from contextlib import suppress

import uvicorn

from core.bootstrap import Services
from core.errors import ConfigError
from core.serving.app import create_app

HOST = "127.0.0.1"
SHUTDOWN_S = 10


def run_api(services: Services) -> None:
    """Serve until interrupted; requests under way are finished first.

    Raises ConfigError for a port that can't be had and ModelNotUsable for a model that can't.
    """
    port = services.settings.api_port
    with _listen(port) as listener:
        # Loaded before the server: its errors are for the caller, not for a start-up log.
        _ = services.scorer
        config = uvicorn.Config(
            create_app(services),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_S,
        )
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


def _listen(port: int) -> socket.socket:
    """Taken before anything else is started, so that nobody can come in between."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # A port whose last connections still fade away counts as free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        what = "taken" if error.errno == errno.EADDRINUSE else "not to be had"
        raise ConfigError(f"port {port} is {what}; set MODCONSOLE_API_PORT") from None
    return listener
