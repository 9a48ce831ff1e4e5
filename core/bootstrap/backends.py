"""Makes a backend from the settings: the shipped model, any local one, or a declared service."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from core.clock import system_clock
from core.config import BACKENDS, Settings
from core.environment import environment_variable
from core.errors import ConfigError, ConsoleError, MissingExtra, ModelNotUsable
from core.inference.backends_file import by_language, declared_names
from core.inference.base import Activation, Backend, BackendInfo, Location
from core.inference.cache import CachedBackend
from core.inference.fake import FakeBackend
from core.inference.manifest import FIRST_STAGE_FILE, model_folder
from core.inference.unusable import UnusableBackend

if TYPE_CHECKING:
    from core.inference.cascade.first_stage import FirstStage
    from core.inference.local.fastest import LocalRuntime


_logger = logging.getLogger(__name__)


def make_backend(settings: Settings) -> Backend:
    """The backend of the settings, not loaded. Where `auto` leaves a choice between runtimes, they
    are measured if that was not done yet, which takes seconds. Raises MissingExtra and
    ConfigError."""
    if settings.backend == "fake":
        return FakeBackend()
    if settings.backend not in BACKENDS:
        return _remote_backend(settings)
    from core.bootstrap.runtimes import fastest_runtime

    return _local_backend(settings, fastest_runtime(settings))


def describe_backend(settings: Settings) -> BackendInfo:
    """The description of the backend that the settings would make, as far as runtimes were
    measured; measures nothing. Raises MissingExtra, ConfigError, ModelNotUsable."""
    if settings.backend not in BACKENDS or settings.backend == "fake":
        return make_backend(settings).info
    from core.bootstrap.runtimes import remembered_runtime

    return _local_backend(settings, remembered_runtime(settings)).info


def _local_backend(settings: Settings, runtime: "LocalRuntime | None") -> Backend:
    # Imported on use: numpy costs a tenth of a second.
    from core.inference.local.choice import LocalChoice, choose_local

    return choose_local(
        LocalChoice(
            backend=runtime.backend if runtime else settings.backend,
            precision=runtime.precision if runtime else settings.precision,
            model=settings.model,
            activation=settings.activation,
            labels=settings.labels,
            is_compiled=settings.torch_compile == "yes",
            read_chars=settings.read_chars,
        )
    )


def open_or_stand_in(settings: Settings) -> Backend:
    """The backend of the settings, loaded; if it can't be used, a backend that fails every call
    with the reason. A remote service that fails to load is still returned, since it may recover
    while this process runs."""
    try:
        backend = make_backend(settings)
    except (ConfigError, MissingExtra, ModelNotUsable) as error:
        return _stand_in(settings, error)
    try:
        backend.load()
    except (MissingExtra, ModelNotUsable) as error:
        stand_in = _stand_in(settings, error)
        if stand_in.info.location is Location.IN_PROCESS:
            return stand_in
    return backend


def _stand_in(settings: Settings, problem: ConsoleError) -> UnusableBackend:
    _logger.warning("The backend %s can't be used: %s", settings.backend, problem)
    return UnusableBackend(_declared_info(settings), problem)


def _declared_info(settings: Settings) -> BackendInfo:
    name = settings.backend
    if name not in BACKENDS:
        from core.inference.remote.kinds import declared_info, read_backends

        with suppress(ConfigError, KeyError):  # the file itself may be what can't be used
            return declared_info(read_backends(settings.backends_path)[name])
    return BackendInfo(
        name=name,
        model_version="unknown",
        labels=(),
        activation=Activation.NONE,
        runtime="unknown",
        precision="unknown",
        location=Location.IN_PROCESS if name in BACKENDS else Location.REMOTE,
        max_tokens=0,
    )


def backend_names(settings: Settings) -> tuple[str, ...]:
    """The names of all available backends: built-in ones and those of the backends file. Raises
    ConfigError for a file that can't be read."""
    return (*BACKENDS, *declared_names(settings.backends_path))


def language_backends(settings: Settings) -> dict[str, str]:
    """Languages, by code, with the name of the backend that gets their comments although it is not
    in force. Empty if the file can't be read."""
    if not settings.backends_path.exists():
        return {}
    from core.inference.remote.kinds import read_backends

    try:
        return by_language(read_backends(settings.backends_path), settings.backend)
    except ConfigError as error:
        _logger.warning("No backend is used by language: %s", error)
        return {}


def make_named_backend(settings: Settings, name: str) -> Backend:
    """The backend of that name, whichever the settings name, not loaded. Raises MissingExtra,
    ConfigError."""
    known = backend_names(settings)
    if name not in known:
        raise ConfigError(f"No backend is called {name!r}; there are {', '.join(known)}.")
    return make_backend(replace(settings, backend=name))


def _remote_backend(settings: Settings) -> Backend:
    """The declared backend of that name."""
    # Imported on use: the HTTP library costs a tenth of a second.
    from core.inference.remote.kinds import make_remote_backend, read_backends

    config = read_backends(settings.backends_path).get(settings.backend)
    if config is None:
        raise ConfigError(f"{settings.backends_path} does not declare {settings.backend!r}")
    return make_remote_backend(
        config, system_clock(), environment_variable, read_chars=settings.read_chars
    )


def read_first_stage_of(settings: Settings) -> "FirstStage":
    """The first stage shipped with the model. Raises ModelNotUsable if it has none."""
    # Imported on use: numpy costs a tenth of a second.
    from core.inference.cascade.first_stage import read_first_stage

    return read_first_stage(model_folder(settings.model) / FIRST_STAGE_FILE)


def cached(
    backend: Backend, settings: Settings, version: Callable[[], str] | None = None
) -> Backend:
    """The backend behind a cache, where that helps. `version` identifies the cached answers when
    the backend's own version does not tell them apart."""
    # A remote service may change its weights without notice, so its answers are never cached.
    if not settings.cache_size or backend.info.location is not Location.IN_PROCESS:
        return backend
    return CachedBackend(backend, entries=settings.cache_size, version=version)
