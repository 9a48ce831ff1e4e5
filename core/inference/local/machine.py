"""What the speed of a runtime depends on besides the model."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from core.inference.local.processors import (
    CPU_INFO,
    NVIDIA_DEVICE,
    arithmetic_flags,
    processor_count,
    processor_name,
)

PACKAGES = ("openvino", "onnxruntime", "torch", "transformers")


def describe_machine(cpu_info: Path = CPU_INFO, gpu: Path = NVIDIA_DEVICE) -> dict[str, Any]:
    """If this changes, the runtimes are measured again. Loads no runtime."""
    return {
        "processor": processor_name(cpu_info),
        "processors": processor_count(),
        "flags": arithmetic_flags(cpu_info),
        "gpu": gpu.exists(),
        "packages": {name: _version(name) for name in PACKAGES},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
