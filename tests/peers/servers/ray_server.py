"""Ray Serve with its dynamic batching, one replica that has all processors."""

import logging
import os
import signal
from pathlib import Path
from typing import Any

import ray
from ray import serve
from starlette.requests import Request

from tests.peers.servers.classifier import HOST, folder_and_port, make_pipeline

BATCH_SIZE = 16
BATCH_WAIT_S = 0.005
PROCESSORS = os.cpu_count() or 1


class Classifier:
    """One replica."""

    def __init__(self, folder: str) -> None:
        self._classify = make_pipeline(folder)

    @serve.batch(max_batch_size=BATCH_SIZE, batch_wait_timeout_s=BATCH_WAIT_S)  # type: ignore[untyped-decorator]
    async def predict(self, texts: list[str]) -> Any:
        """One batch."""
        return self._classify(texts, batch_size=len(texts))

    async def __call__(self, request: Request) -> Any:
        return await self.predict((await request.json())["text"])


def main() -> None:
    """Serve until stopped."""
    folder, port = folder_and_port()
    ray.init(
        address="local",
        num_cpus=PROCESSORS,
        include_dashboard=False,
        _temp_dir=str(Path.cwd()),
        log_to_driver=False,
        logging_level=logging.ERROR,
    )
    serve.start(http_options={"host": HOST, "port": port}, logging_config={"log_level": "WARNING"})
    deployment = serve.deployment(
        Classifier, max_ongoing_requests=1_000, ray_actor_options={"num_cpus": PROCESSORS}
    )
    serve.run(deployment.bind(folder), route_prefix="/predict")
    signal.pause()


if __name__ == "__main__":
    main()
