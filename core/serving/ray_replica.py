"""One process of the API under Ray Serve."""

import logging
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.bootstrap.services import build_services
from core.config import Settings
from core.private_files import open_private_file
from core.serving.app import create_app
from core.serving.process import ApiProcess

LOG_FILE = "api-replicas.log"


def build_app(settings: Settings, processors: Collection[int] = ()) -> FastAPI:
    """The application over services of this process. The model may use these processors; empty
    means all.

    Raises ModelNotUsable.
    """
    services = build_services(settings, worker="api", stays_open=True)
    with _limited_to(processors):
        _ = services.scorer
    app = create_app(services)
    app.add_middleware(OneRequestId)
    return app


def log_to_file(logs: Path) -> None:
    """Writes the console's log messages to a file under `logs`: Ray deletes its own log folder when
    it ends."""
    os.close(open_private_file(logs / LOG_FILE, os.O_WRONLY))
    file = logging.FileHandler(logs / LOG_FILE, delay=True)
    file.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    logging.getLogger("core").addHandler(file)


@contextmanager
def _limited_to(processors: Collection[int]) -> Iterator[None]:
    """Limits the processors while a model loads: a runtime then starts one thread for each allowed
    one."""
    if not processors or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class OneRequestId:
    """ASGI middleware that removes this app's `x-request-id` header, because Ray's proxy adds the
    same."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_without(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.get("headers", ())
                message["headers"] = [pair for pair in headers if pair[0] != b"x-request-id"]
            await send(message)

        await self._app(scope, receive, send_without)


class ApiReplica:
    """Methods Ray may call on a process of the API, besides its HTTP app; Ray Serve sets `app`."""

    app: FastAPI

    def drain(self) -> None:
        """Refuse new requests with 503."""
        self._process.access.is_draining = True

    def in_flight(self) -> int:
        """Requests received and not yet answered."""
        return self._process.in_flight

    @property
    def _process(self) -> ApiProcess:
        process: ApiProcess = self.app.state.process
        return process
