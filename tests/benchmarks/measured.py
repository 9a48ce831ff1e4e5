"""What each of these benchmarks says of its machine and its server."""

import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path

from core.inference.local.processors import processor_name


def rss_mb(process_id: int) -> float:
    """The memory that a process uses now (Linux)."""
    status = Path(f"/proc/{process_id}/status").read_text()
    return round(int(status.split("VmRSS:")[1].split()[0]) / 1024, 1)


def cpu_ms(process_id: int) -> float:
    """The time that a process has worked so far, in steps of 10 ms (Linux)."""
    after_name = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def print_table(table: Mapping[str, object]) -> None:
    """The result as JSON, with the machine it was measured on."""
    cores = f"{os.cpu_count()} cores of {processor_name()}"
    machine = f"{cores}, Python {platform.python_version()}"
    print(json.dumps({**table, "machine": machine}, indent=2))
