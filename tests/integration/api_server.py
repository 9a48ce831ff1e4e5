"""The API on a real port in a thread of the test, for clients that bring their own HTTP."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.bootstrap.services import Services, build_services
from core.config import Settings
from core.inference.fake import FakeBackend
from core.serving.app import create_app
from core.serving.process import ApiProcess
from core.serving.server import DrainingServer, listen


@dataclass(frozen=True)
class Running:
    url: str
    port: int
    services: Services
    process: ApiProcess
    server: DrainingServer

    @property
    def backend(self) -> FakeBackend:
        backend = self.services.full_model
        assert isinstance(backend, FakeBackend)
        return backend


@contextmanager
def running_server(home: Path, **changes: Any) -> Iterator[Running]:
    settings = Settings(home=home, backend="fake", cache_size=0, **changes)
    services = build_services(settings, worker="api_test")
    _ = services.scorer
    with listen(Settings(home=home, api_port=0)) as listener:
        port = int(listener.getsockname()[1])
        app = create_app(services)
        server = DrainingServer(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            process = app.state.process
            yield Running(f"http://127.0.0.1:{port}", port, services, process, server)
        finally:
            server.should_exit = True
            thread.join()
