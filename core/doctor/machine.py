"""Checks of processor, memory and browser."""

import platform
import shutil
from pathlib import Path

from core.doctor.checks import CheckResult, CheckState
from core.inference.local.processors import (
    CPU_INFO,
    has_bf16_tiles,
    has_int8_products,
    processor_count,
    processor_name,
)

MEMORY_INFO = Path("/proc/meminfo")
# Measured for the console, the look-up and the API with the shipped model: docs/benchmarks.md.
NEEDED_MB = 1_500
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def check_processor(cpu_info: Path = CPU_INFO) -> CheckResult:
    """The processor features that scoring can use."""
    cores = processor_count()
    if not cpu_info.exists():
        fact = f"{processor_name(cpu_info)}, {_counted(cores)}; its features are not reported"
        return CheckResult("processor", CheckState.OK, fact)
    units = [
        words
        for has_them, words in (
            (has_int8_products(cpu_info), "exact int8 products (VNNI)"),
            (has_bf16_tiles(cpu_info), "bf16 matrix units (AMX)"),
        )
        if has_them
    ]
    quick_at = " and ".join(units) if units else "neither VNNI nor AMX"
    fact = f"{processor_name(cpu_info)}, {_counted(cores)}, {quick_at}"
    if units:
        return CheckResult("processor", CheckState.OK, fact)
    return CheckResult(
        "processor",
        CheckState.COULD_BE_BETTER,
        fact,
        "a processor with VNNI scores about twice as fast",
    )


def check_memory(memory_info: Path = MEMORY_INFO) -> CheckResult:
    """Whether the memory is enough for the three servers."""
    total_mb, free_mb = _memory_mb(memory_info)
    if total_mb is None or free_mb is None:
        return CheckResult("memory", CheckState.OK, "the system does not report it")
    fact = f"{total_mb / 1024:.1f} GiB, {free_mb / 1024:.1f} GiB free"
    if free_mb < NEEDED_MB:
        advice = f"the three servers take about {NEEDED_MB / 1024:.1f} GiB together"
        return CheckResult("memory", CheckState.COULD_BE_BETTER, fact, advice)
    return CheckResult("memory", CheckState.OK, fact)


def check_browser() -> CheckResult:
    """The browser for the browser tests; the console itself needs none."""
    found = next((name for name in BROWSERS if shutil.which(name)), None)
    fact = found or "no Chromium found; any browser on any machine opens the pages"
    return CheckResult("browser", CheckState.OK, fact)


def _counted(cores: int) -> str:
    return f"{cores} core{'s' if cores > 1 else ''}"


def _memory_mb(memory_info: Path) -> tuple[float | None, float | None]:
    try:
        lines = memory_info.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None, None
    sizes = {name: rest for name, _, rest in (line.partition(":") for line in lines)}
    found = [sizes.get(name, "").split() for name in ("MemTotal", "MemAvailable")]
    total, free = (float(words[0]) / 1024 if words else None for words in found)
    return total, free


def system_line() -> str:
    """The system and the interpreter, for the head of the report."""
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return f"Python {platform.python_version()}, {system}"
