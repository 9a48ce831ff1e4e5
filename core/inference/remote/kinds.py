"""All kinds of remote backend, by the name used in backends.toml."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from core.clock import Clock
from core.errors import ConfigError
from core.inference.backends_file import BackendConfig, read_file
from core.inference.base import BackendInfo
from core.inference.remote.backend import RemoteBackend, info_of
from core.inference.remote.caller import Caller, Limits
from core.inference.remote.generic import GenericJson
from core.inference.remote.guard import GuardChat
from core.inference.remote.huggingface import HuggingFaceEndpoint, HuggingFaceRouter
from core.inference.remote.infinity import InfinityClassify
from core.inference.remote.mlflow import MlflowInvocations
from core.inference.remote.oip import OpenInference
from core.inference.remote.openai import ConsoleApi, OpenAiModerations
from core.inference.remote.perspective import Perspective
from core.inference.remote.tei import TextEmbeddingsInference
from core.inference.remote.transport import Route, Transport
from core.inference.remote.vllm import VllmClassify
from core.inference.remote.wire_format import HARMLESS, WireFormat
from core.inference.resilience.circuit import CircuitRule
from core.inference.resilience.retries import RetryRule
from core.inference.windows import READ_CHARS

KINDS: Mapping[str, type[WireFormat]] = {
    "openai": OpenAiModerations,
    "hf_router": HuggingFaceRouter,
    "hf_endpoint": HuggingFaceEndpoint,
    "tei": TextEmbeddingsInference,
    "oip": OpenInference,
    "vllm": VllmClassify,
    "infinity": InfinityClassify,
    "mlflow": MlflowInvocations,
    "perspective": Perspective,
    "guard": GuardChat,
    "json": GenericJson,
    "console": ConsoleApi,
}


def read_backends(path: Path) -> Mapping[str, BackendConfig]:
    """The backends of a file by name. Raises ConfigError naming file, backend and key."""
    found = read_file(path, {kind: wire.options for kind, wire in KINDS.items()})
    for config in found.values():
        problem = _problem(config)
        if problem is not None:
            raise ConfigError(f"{path}: backend {config.name!r}: {problem}")
    return found


def declared_info(config: BackendConfig) -> BackendInfo:
    """What the file declares about a backend; needs no key and sends nothing."""
    return info_of(config, KINDS[config.kind](config))


def missing_variables(
    config: BackendConfig, secret: Callable[[str], str | None]
) -> tuple[str, ...]:
    """The environment variables for the backend's secrets that are not set."""
    named = [*config.secret_headers.values(), *filter(None, [config.key_env])]
    return tuple(name for name in named if not (secret(name) or "").strip())


def make_remote_backend(
    config: BackendConfig,
    clock: Clock,
    secret: Callable[[str], str | None],
    *,
    read_chars: int = READ_CHARS,
    sleep: Callable[[float], None] = time.sleep,
    circuit_rule: CircuitRule | None = None,
) -> RemoteBackend:
    """The backend, before any request. `secret` gives the value of an environment variable; about
    `read_chars` characters of a text are sent.

    Raises ConfigError naming a variable that is not set.
    """
    wire = KINDS[config.kind](config)
    held_s = float(config.options.get("scale_up_s", 0))
    transport = Transport(
        _route(config, wire, lambda name: _secret(config, name, secret)),
        now=clock.now,
        monotonic=clock.monotonic,
    )
    caller = Caller(
        config.name,
        transport,
        clock,
        harmless=wire.request([HARMLESS]),
        retry_rule=RetryRule(
            attempts=config.attempts,
            total_s=max(config.total_s, held_s),
            loading_s=max(config.loading_s, held_s),
        ),
        limits=Limits(config.concurrency, config.requests_per_minute),
        circuit_rule=circuit_rule or CircuitRule(),
        sleep=sleep,
    )
    return RemoteBackend(config, wire, transport, caller, clock, read_chars=read_chars)


def _route(config: BackendConfig, wire: WireFormat, secret: Callable[[str], str]) -> Route:
    secret_headers = {name: secret(variable) for name, variable in config.secret_headers.items()}
    secret_params: Mapping[str, str] = {}
    if config.key_env is not None:
        key = secret(config.key_env)
        secret_params = wire.secret_params(key)
        if not secret_params:
            secret_headers["Authorization"] = f"Bearer {key}"
    return Route(
        url=config.url,
        connect_timeout_s=config.connect_timeout_s,
        timeout_s=max(config.timeout_s, float(config.options.get("scale_up_s", 0))),
        pool_size=config.concurrency,
        headers={**wire.sent_headers(), **config.headers},
        secret_headers=secret_headers,
        secret_params=secret_params,
        ca_file=config.ca_file,
        follows_303=bool(config.options.get("follows_303", False)),
        busy_means_loading=wire.busy_means_loading,
    )


def _secret(config: BackendConfig, variable: str, secret: Callable[[str], str | None]) -> str:
    value = (secret(variable) or "").strip()
    if not value:
        raise ConfigError(f"{variable} is not set; backend {config.name!r} reads its key from it")
    return value


def _problem(config: BackendConfig) -> str | None:
    wire = KINDS[config.kind](config)
    given = {
        "labels": bool(wire.labels),
        "label_order": bool(config.label_order),
        "model": bool(config.model),
    }
    for key in sorted(wire.needs):
        if not given[key]:
            return f"`{key}` must be given for kind {config.kind!r}"
    if config.label_order:
        if len(set(config.label_order)) != len(config.label_order):
            return "`label_order` names a label twice"
        names = {name for names in wire.labels.values() for name in names}
        unknown = sorted(names.difference(config.label_order))
        if unknown:
            return f"`labels` names {unknown[0]!r}, which is not in `label_order`"
    if wire.batch_size == 1 and config.batch_size not in (None, 1):
        return f"`batch_size` must be 1 for kind {config.kind!r} with these settings"
    return wire.problem()
