"""A Ray instance of this process's own: for the API in several processes, and for tables."""

import logging
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.config import Settings
from core.errors import MissingExtra

INSTALL = "pip install 'moderation-console[ray]'"
RAY_ENVIRONMENT = {
    # Ray sends usage statistics to its makers unless this is set.
    "RAY_USAGE_STATS_ENABLED": "0",
    # Despite its name: this makes Ray listen on loopback only, on every system.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    # Ray's ports run code for anybody who can connect, so a token is required.
    "RAY_AUTH_MODE": "token",
    # All processes are on this machine: one that lost contact has no reason to wait a minute.
    "RAY_gcs_rpc_server_reconnect_timeout_s": "5",
    # By default Ray lowers the priority of its processes, but these do the work.
    "RAY_worker_niceness": "0",
    # Silences a warning about a future change that doesn't affect this deployment.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
"""Read when Ray is imported."""


def import_ray(part: str) -> Any:
    """Ray with its package `part`. Raises MissingExtra."""
    if find_spec("ray") is None:
        raise MissingExtra(f"`--engine ray` needs Ray, not installed here: {INSTALL}")
    os.environ |= RAY_ENVIRONMENT | {"RAY_AUTH_TOKEN": secrets.token_hex(32)}
    try:
        import_module(f"ray.{part}")
    except ImportError as error:
        raise MissingExtra(
            f"`--engine ray` needs all of ray.{part} ({error.name} is missing): {INSTALL}"
        ) from error
    return import_module("ray")


def absolute(settings: Settings) -> Settings:
    """With absolute paths, because Ray may start the processes in another folder."""
    model = Path(settings.model)
    return replace(
        settings,
        home=settings.home.absolute(),
        model=str(model.absolute()) if model.is_dir() else settings.model,
    )


@contextmanager
def running_ray(
    ray: Any, *, processors: int, object_store_bytes: int, threads: int = 1
) -> Iterator[None]:
    """Reachable from this machine only. `processors` is what Ray may give away at a time, `threads`
    what each of its processes may use."""
    # The processes inherit these limits through the environment.
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    # Not in the home folder: Ray's sockets lie here, and the path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="modconsole-ray-", ignore_cleanup_errors=True) as scrap:
        ray.init(
            address="local",
            _temp_dir=scrap,
            num_cpus=processors,
            object_store_memory=object_store_bytes,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
        try:
            yield
        finally:
            ray.shutdown()
