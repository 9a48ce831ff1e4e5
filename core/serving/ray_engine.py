"""The API in several processes on this machine: the same application as a Ray Serve deployment.

Ray starts the processes, hands each request to the one with the least under way, starts another
where one died, and more or fewer of them by load. They share the home folder and nothing else.
"""

import logging
import os
import secrets
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Any

from fastapi import FastAPI

from core.bootstrap.services import build_services
from core.config import Settings
from core.errors import ConsoleError, MissingExtra
from core.inference.local.processors import processor_count
from core.private_files import make_private_folder
from core.serving.ray_replica import ApiReplica, build_app, log_to_file
from core.serving.server import listen

NAME = "modconsole"
INSTALL = "pip install 'moderation-console[ray]'"
MOST_ONGOING = 10_000
"""Never reached: each process's own gate answers 429 long before, with words and Retry-After."""
OBJECT_STORE_BYTES = 80 * 1024 * 1024
"""About the least Ray takes; requests don't pass through it."""
RAY_ENVIRONMENT = {
    # It reports its use to its makers unless told not to.
    "RAY_USAGE_STATS_ENABLED": "0",
    # The name is history: what it turns off is listening on more than loopback, on any system.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    # Its own ports run code for whoever has the token.
    "RAY_AUTH_MODE": "token",
    # Its processes are all here: one that lost the others has nothing to wait a minute for.
    "RAY_gcs_rpc_server_reconnect_timeout_s": "5",
    # The processes it starts are the server; by default they would make way for any other.
    "RAY_worker_niceness": "0",
    # Silences a warning about a change to come that is of no matter here.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
"""Read when Ray is imported."""
LOOK_EVERY_S = 0.05
CALL_WITHIN_S = 5.0


def run_replicas(settings: Settings, *, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or Ctrl-C; then finish what was let in, and refuse the rest with 503.
    `ready` is called once requests are answered.

    Raises MissingExtra, ConfigError for an address that can't be had or needs a key first, and
    ModelNotUsable.
    """
    ray, serve = _import_ray()
    settings = _absolute(settings)
    _check(settings)
    stop = Event()
    with _running_ray(ray, settings), _stopping_by_signal(stop):
        handle = _deploy(serve, settings)
        ready()
        stop.wait()
        # Ray's own way to end first takes the routes away: callers would hear 404, not 503.
        drain(handle, settings.api_drain_s, ray.exceptions.RayError)


def deployment_options(settings: Settings) -> dict[str, Any]:
    """What Ray Serve is asked for: so many processes, or a range and the load each should have."""
    options: dict[str, Any] = {
        "name": NAME,
        "max_ongoing_requests": MOST_ONGOING,
        "graceful_shutdown_timeout_s": settings.api_drain_s,
        "graceful_shutdown_wait_loop_s": LOOK_EVERY_S,
        "max_constructor_retry_count": 1,
        # Ray counts processors to place work on machines; this is one machine with one guest.
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
    """The processors of one process, by its rank: an equal share, at least one."""
    each = len(processors) // max(settings.replicas, settings.replicas_max) or 1
    return [processors[(rank * each + step) % len(processors)] for step in range(each)]


def drain(handle: Any, within_s: float, failed: type[Exception]) -> None:
    """Every process refuses what comes from now on; back when nothing is under way. `failed` is
    what a call raises when a process has died."""
    stop_by = time.monotonic() + within_s
    # One that has just died answers neither call; Ray forgets it before the next.
    with suppress(TimeoutError, failed):
        handle.broadcast("drain").results(timeout_s=CALL_WITHIN_S)
    while time.monotonic() < stop_by:
        with suppress(TimeoutError, failed):
            if not any(handle.broadcast("in_flight").results(timeout_s=CALL_WITHIN_S)):
                return
        time.sleep(LOOK_EVERY_S)


def _import_ray() -> tuple[Any, Any]:
    if find_spec("ray") is None:
        raise MissingExtra(f"`--engine ray` needs Ray Serve, not installed here: {INSTALL}")
    os.environ |= RAY_ENVIRONMENT | {"RAY_AUTH_TOKEN": secrets.token_hex(32)}
    try:
        import ray
        from ray import serve
    except ImportError as error:
        raise MissingExtra(
            f"`--engine ray` needs all of Ray Serve ({error.name} is missing): {INSTALL}"
        ) from error
    return ray, serve


def _absolute(settings: Settings) -> Settings:
    """The processes may be started in another folder."""
    model = Path(settings.model)
    return replace(
        settings,
        home=settings.home.absolute(),
        model=str(model.absolute()) if model.is_dir() else settings.model,
    )


def _check(settings: Settings) -> None:
    """What would fail in every process fails here first, in words for the caller."""
    listen(settings).close()
    services = build_services(settings, worker="api", stays_open=True)
    try:
        _ = services.scorer
    finally:
        services.close()


@contextmanager
def _running_ray(ray: Any, settings: Settings) -> Iterator[None]:
    """A Ray of our own, reached from this machine only."""
    # What a process may use is told by the environment it inherits.
    threads = len(share_of(settings, 0, range(processor_count())))
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    # Not in the home folder: Ray's sockets lie there, and the path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="modconsole-ray-", ignore_cleanup_errors=True) as scrap:
        ray.init(
            address="local",
            _temp_dir=scrap,
            num_cpus=1,
            object_store_memory=OBJECT_STORE_BYTES,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
        try:
            yield
        finally:
            ray.shutdown()


@contextmanager
def _stopping_by_signal(stop: Event) -> Iterator[None]:
    """The first signal drains, a second Ctrl-C stops at once."""

    def on_signal(sign: int, _frame: FrameType | None) -> None:
        if stop.is_set() and sign == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()

    before = {sign: signal.signal(sign, on_signal) for sign in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def _deploy(serve: Any, settings: Settings) -> Any:
    """The handle to all processes, once each answers."""
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
