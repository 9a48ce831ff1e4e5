"""What all tests share: how Hypothesis runs, and which processor `auto` is shown."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from core.inference.local.processors import CPU_INFO

# Examples differ from run to run, so that many runs find what one misses; a failure prints what
# repeats it (`@reproduce_failure` and `--hypothesis-seed`). Nothing depends on how long one takes.
settings.register_profile(
    "suite",
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def cpu_info() -> Path:
    """Where `auto` reads what the processor is quick at. `make test-avx2` gives another file:
    inside qemu the system still describes the real processor."""
    return Path(os.environ.get("TESTS_CPU_INFO", CPU_INFO))
