"""The API in several processes on this machine: the same application as a Ray Serve deployment.

Ray starts the processes, sends each request to the one with the fewest requests under way, replaces
processes that died and scales their number by load. They share only the home folder.
"""

import logging
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from fastapi import FastAPI

from core.bootstrap.services import build_services
from core.config import Settings
from core.errors import ConsoleError
from core.inference.local.processors import processor_count
from core.private_files import make_private_folder
from core.processes.local_ray import absolute, import_ray, running_ray
from core.serving.ray_replica import ApiReplica, build_app, log_to_file
from core.serving.server import listen
from core.stop_signals import stop_signals

NAME = "modconsole"
MOST_ONGOING = 10_000
"""Never reached: each process's admission control answers 429 long before, with a message and
Retry-After."""
OBJECT_STORE_BYTES = 80 * 1024 * 1024
"""About the least Ray takes; requests don't pass through it."""
LOOK_EVERY_S = 0.05
CALL_WITHIN_S = 5.0


def run_replicas(settings: Settings, *, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or Ctrl-C; then finish the accepted requests and refuse new ones with
    503. `ready` is called once requests are answered.

    Raises MissingExtra, ConfigError for an address that is in use or needs a key first, and
    ModelNotUsable.
    """
    ray = import_ray("serve")
    settings = absolute(settings)
    _check(settings)
    threads = len(share_of(settings, 0, range(processor_count())))
    with (
        running_ray(ray, processors=1, object_store_bytes=OBJECT_STORE_BYTES, threads=threads),
        stop_signals() as stop,
    ):
        handle = _deploy(ray.serve, settings)
        ready()
        stop.wait()
        # Ray's own shutdown removes the routes first: callers would get 404, not 503.
        drain(handle, settings.api_drain_s, ray.exceptions.RayError)


def deployment_options(settings: Settings) -> dict[str, Any]:
    """Options of the Ray Serve deployment: a fixed number of processes, or a range and a target
    load."""
    options: dict[str, Any] = {
        "name": NAME,
        "max_ongoing_requests": MOST_ONGOING,
        "graceful_shutdown_timeout_s": settings.api_drain_s,
        "graceful_shutdown_wait_loop_s": LOOK_EVERY_S,
        "max_constructor_retry_count": 1,
        # Ray uses this count to place work on machines; with one machine it has no use.
        "ray_actor_options": {"num_cpus": 0},
    }
    if settings.replicas_max <= settings.replicas:
        return options | {"num_replicas": settings.replicas}
    return options | {
        "autoscaling_config": {
            "min_replicas": settings.replicas,
            "max_replicas": settings.replicas_max,
            "target_ongoing_requests": settings.replica_requests,
        }
    }


def share_of(settings: Settings, rank: int, processors: Sequence[int]) -> list[int]:
    """The processors of the process with this rank: an equal share, at least one."""
    each = len(processors) // max(settings.replicas, settings.replicas_max) or 1
    return [processors[(rank * each + step) % len(processors)] for step in range(each)]


def drain(handle: Any, within_s: float, failed: type[Exception]) -> None:
    """Make every process refuse new requests; returns when none is under way. `failed` is the
    exception of a call to a process that has died."""
    stop_by = time.monotonic() + within_s
    # A process that has just died answers neither call; Ray drops it before the next.
    with suppress(TimeoutError, failed):
        handle.broadcast("drain").results(timeout_s=CALL_WITHIN_S)
    while time.monotonic() < stop_by:
        with suppress(TimeoutError, failed):
            if not any(handle.broadcast("in_flight").results(timeout_s=CALL_WITHIN_S)):
                return
        time.sleep(LOOK_EVERY_S)


def _check(settings: Settings) -> None:
    """Fails here, with an error for the caller, if every process would fail to start."""
    listen(settings).close()
    services = build_services(settings, worker="api", stays_open=True)
    try:
        _ = services.scorer
    finally:
        services.close()


def _deploy(serve: Any, settings: Settings) -> Any:
    """The handle to all processes, returned when each one answers."""
    logs = settings.logs_dir
    make_private_folder(logs)
    logging_config = {"logs_dir": str(logs), "enable_access_log": False, "log_level": "WARNING"}
    logging.getLogger("ray.serve").setLevel(logging.ERROR)
    serve.start(
        http_options={"host": settings.api_host, "port": settings.api_port},
        logging_config=logging_config,
    )

    processors = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []

    def build() -> FastAPI:
        log_to_file(logs)
        rank = serve.get_replica_context().rank.rank
        return build_app(settings, share_of(settings, rank, processors) if processors else ())

    deployment = serve.deployment(
        serve.ingress(build)(ApiReplica),
        logging_config=logging_config,
        **deployment_options(settings),
    )
    try:
        return serve.run(deployment.bind(), name=NAME, route_prefix="/")
    except RuntimeError as error:
        raise ConsoleError(f"the API did not start; {logs} says why") from error
