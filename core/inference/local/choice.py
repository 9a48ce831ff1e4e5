"""Chooses the local runtime: the configured one, or the fastest that is installed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from core.errors import ConfigError, MissingExtra
from core.inference.base import Activation
from core.inference.local.backend import LocalBackend
from core.inference.local.fastest import LocalRuntime
from core.inference.local.folder_model import FILES, FolderModel, files_of
from core.inference.local.label_names import parse_label_map
from core.inference.local.processors import CPU_INFO, has_bf16_tiles, has_int8_products
from core.inference.manifest import MANIFEST_FILE, SHIPPED, Manifest, model_folder
from core.inference.windows import READ_CHARS

AUTO = "auto"
FASTEST_FIRST = ("openvino", "onnx", "torch")
"""As measured by `modconsole bench local`: see docs/benchmarks.md."""
REQUIRED = ("openvino", "onnx")
"""Backends whose packages come with the console."""
PACKAGES = {
    "openvino": ("openvino",),
    "onnx": ("onnxruntime",),
    "torch": ("torch", "transformers"),
    "transformers": ("torch", "transformers"),
}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LocalChoice:
    """The settings of a local backend from the environment; most may be `auto`.

    `model` is `shipped`, a folder, or a Hugging Face id; `labels` is `NAME=LABEL,...`.
    """

    backend: str = AUTO
    precision: str = AUTO
    model: str = SHIPPED
    activation: str = AUTO
    labels: str = AUTO
    is_compiled: bool = False
    read_chars: int = READ_CHARS


def choose_local(
    choice: LocalChoice,
    *,
    is_installed: Callable[[str], bool] | None = None,
    cpu_info: Path = CPU_INFO,
) -> LocalBackend:
    """The backend, not loaded. `cpu_info` is the file in which the system describes its processors.
    If `auto` can't take the fastest runtime, a log line says which package is missing. Raises
    MissingExtra and ConfigError."""
    is_installed = is_installed or _is_installed
    folder = model_folder(choice.model)
    is_own = (folder / MANIFEST_FILE).is_file()
    backend = local_name(choice, is_installed=is_installed)
    if missing := missing_packages(backend, is_installed):
        raise MissingExtra(f"the backend `{backend}` needs {missing}")
    if backend == "transformers" and not is_own:
        return _hub_backend(choice, cpu_info)
    if choice.activation != AUTO or choice.labels != AUTO:
        raise ConfigError(
            "MODCONSOLE_ACTIVATION and MODCONSOLE_LABELS are only for other Hugging Face "
            f"models; {folder.name} declares both in its {MANIFEST_FILE}"
        )
    precision = _precision(backend, choice.precision, cpu_info)
    return LocalBackend(
        FolderModel(
            folder,
            backend,
            precision,
            is_compiled=choice.is_compiled,
            read_chars=choice.read_chars,
        )
    )


def local_name(choice: LocalChoice, *, is_installed: Callable[[str], bool] | None = None) -> str:
    """The configured backend, or the one that `auto` selects. Raises MissingExtra if no runtime is
    installed for `auto`."""
    if choice.backend != AUTO:
        return choice.backend
    if not (model_folder(choice.model) / MANIFEST_FILE).is_file():
        return "transformers"
    return _fastest(choice.precision, is_installed or _is_installed)


def possible_runtimes(
    backend: str, manifest: Manifest, *, is_installed: Callable[[str], bool] | None = None
) -> tuple[LocalRuntime, ...]:
    """The installed runtimes for which the model has the files, the likely fastest backend first
    and each backend's fp32 before its other precisions. `backend` may be `auto`."""
    is_installed = is_installed or _is_installed
    names = FASTEST_FIRST if backend == AUTO else (backend,)
    return tuple(
        LocalRuntime(name, precision)
        for name in names
        if name in FILES and missing_packages(name, is_installed) is None
        for precision in sorted(FILES[name], key=lambda each: each != "fp32")
        if set(files_of(manifest, name, precision)) <= manifest.files.keys()
    )


def _is_installed(package: str) -> bool:
    return find_spec(package) is not None


def _fastest(precision: str, is_installed: Callable[[str], bool]) -> str:
    skipped: list[str] = []
    for backend in FASTEST_FIRST:
        if precision not in (AUTO, *FILES[backend]):
            continue
        missing = missing_packages(backend, is_installed)
        if missing is None:
            if skipped:
                _log.warning("Scoring with %s; faster would be %s", backend, "; ".join(skipped))
            return backend
        skipped.append(f"{backend}, which needs {missing}")
    raise MissingExtra(f"no runtime for the model is installed: {'; '.join(skipped)}")


def missing_packages(
    backend: str, is_installed: Callable[[str], bool] = _is_installed
) -> str | None:
    """The packages the backend needs that are not installed, and how to install them; None if all
    are."""
    missing = [package for package in PACKAGES[backend] if not is_installed(package)]
    if not missing:
        return None
    extra = "'moderation-console[transformers]'" if "torch" in PACKAGES[backend] else missing[0]
    return f"{' and '.join(missing)}, not installed here: pip install {extra}"


def _precision(backend: str, precision: str, cpu_info: Path) -> str:
    if precision != AUTO:
        if precision not in FILES[backend]:
            raise ConfigError(
                f"MODCONSOLE_PRECISION is {precision!r}; the backend `{backend}` supports "
                f"{' or '.join(FILES[backend])}"
            )
        return precision
    if backend == "openvino" and has_bf16_tiles(cpu_info):
        # As fast as int8 on these processors, and closer to the reference: docs/decisions.md.
        return "bf16"
    if "int8" in FILES[backend]:
        return "int8" if has_int8_products(cpu_info) else "fp32"
    from core.inference.local.torch_network import device_name

    return "bf16" if device_name() == "cuda" else "fp32"


def _hub_backend(choice: LocalChoice, cpu_info: Path) -> LocalBackend:
    from core.inference.local.hub_model import HubModel

    return LocalBackend(
        HubModel(
            choice.model,
            _precision("transformers", choice.precision, cpu_info),
            activation=None if choice.activation == AUTO else Activation(choice.activation),
            labels={} if choice.labels == AUTO else parse_label_map(choice.labels),
            is_compiled=choice.is_compiled,
            read_chars=choice.read_chars,
        )
    )
