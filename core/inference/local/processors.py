"""The processors this process may use, and their fast arithmetic."""

import os
import platform
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")
NVIDIA_DEVICE = Path("/dev/nvidiactl")
_ARITHMETIC = frozenset(
    {"avx", "avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512vl", "avx512_vnni", "avx_vnni",
     "avx512_bf16", "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16"}
)  # fmt: skip


def processor_count() -> int:
    """How many this process may use; all of them if the system does not say."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def processor_name(cpu_info: Path = CPU_INFO) -> str:
    """The model's name if the system gives it, else the architecture."""
    try:
        lines = cpu_info.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = next((line for line in lines if line.startswith("model name")), "")
    return named.partition(":")[2].strip() or platform.machine()


def has_bf16_tiles(cpu_info: Path = CPU_INFO) -> bool:
    """Whether the processor multiplies bf16 matrices in special units (AMX), about as fast as int8.
    False if the system doesn't say."""
    return "amx_bf16" in _flags(cpu_info)


def has_int8_products(cpu_info: Path = CPU_INFO) -> bool:
    """Whether sums of int8 products are exact and fast (VNNI). On AVX2 int8 was slower than fp32
    and its sums overflowed. True if the system doesn't say."""
    flags = _flags(cpu_info)
    return not flags or bool(flags & {"avx512_vnni", "avx_vnni", "amx_int8"})


def arithmetic_flags(cpu_info: Path = CPU_INFO) -> list[str]:
    """The features on which the speed of runtimes depends, sorted; empty if the system doesn't
    say."""
    return sorted(_flags(cpu_info) & _ARITHMETIC)


def _flags(cpu_info: Path) -> frozenset[str]:
    """The flags of the first processor; empty if the system doesn't say."""
    try:
        lines = cpu_info.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    flags = next((line for line in lines if line.startswith("flags")), "")
    return frozenset(flags.partition(":")[2].split())
