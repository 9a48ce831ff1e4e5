"""Settings of all tests: the Hypothesis profile, and the processor description for `auto`."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from core.inference.local.fastest import LocalRuntime
from core.inference.local.measuring import RuntimeRun
from core.inference.local.processors import CPU_INFO
from core.inference.manifest import read_manifest
from tests.policies import removing_policy

# Examples differ from run to run, so that many runs find what one misses; a failure prints how to
# repeat it (`@reproduce_failure` and `--hypothesis-seed`). No deadline: no result depends on time.
settings.register_profile(
    "suite",
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")


@pytest.fixture(scope="session", autouse=True)
def _models_may_remove() -> Iterator[None]:
    """A new console's policy removes by every label, even where the shipped one leaves that to
    people: most of what follows a removal is tested with one by a model."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("core.services.policies.default_policy", removing_policy)
        yield


@pytest.fixture(scope="session")
def cpu_info() -> Path:
    """The file from which `auto` reads the processor's features. `make test-avx2` sets another
    file, because inside QEMU the system still describes the real processor."""
    return Path(os.environ.get("TESTS_CPU_INFO", CPU_INFO))


@pytest.fixture(scope="session", autouse=True)
def runtimes_equally_fast() -> Iterator[None]:
    """In the tests' process no runtime is measured: all are said to be equally fast, so `auto`
    takes the reference on every machine. A test that measures calls `measuring` itself."""

    def measure(
        folder: Path, runtimes: Sequence[LocalRuntime], texts: Sequence[str]
    ) -> list[RuntimeRun]:
        scores = [[0.0] * len(read_manifest(folder).labels) for _ in texts]
        return [RuntimeRun(runtime, scores, [1.0]) for runtime in runtimes]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.bootstrap.runtimes.measure_in_child", measure)
        yield
