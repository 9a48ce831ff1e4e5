"""The same comments through several backends: how much they differ, why, and what to do."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.benchmarks.parity_text import as_lines
from core.bootstrap.backends import make_named_backend
from core.bootstrap.services import Services, build_services
from core.bootstrap.state import has_state
from core.clock import system_clock
from core.config import Settings
from core.errors import ConsoleError
from core.inference.backends_file import declared_names
from core.moderation.default_policy import default_policy
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Policy
from core.parity.kept import ComparisonFolder
from core.parity.report import ParityReport, as_data
from core.services.parity import MOST, Sample, compare_backends, sample_source, sample_stored
from core.sources.bundled import sample_source as bundled_sample
from core.sources.files.source import FileSource

__all__ = ["as_lines", "run"]


def run(
    settings: Settings,
    say: Callable[[str], None],
    file: Path | None = None,
    backends: Sequence[str] = (),
    comments: int = MOST,
) -> dict[str, Any]:
    """The report as data. Without `backends`, the one of the settings is compared with every
    declared one."""
    names = [*backends] or [settings.backend, *declared_names(settings.backends_path)]
    if len(dict.fromkeys(names)) == 1:
        raise ConsoleError(
            "`modconsole bench parity` compares two backends or more: name them with "
            "--backends, the reference first"
        )
    sample, policy = _sample_and_policy(settings, file, comments)
    report = _compare(settings, sample, policy, names, say)
    if has_state(settings):
        ComparisonFolder(settings.comparisons_dir).note(report)
    return {"benchmark": "parity", **as_data(report)}


def _compare(
    settings: Settings,
    sample: Sample,
    policy: Policy,
    names: Sequence[str],
    say: Callable[[str], None],
) -> ParityReport:
    steps: list[str] = []

    def progress(words: str, _share: float) -> None:
        step = words.partition(":")[0]
        if step not in steps:
            steps.append(step)
            say(step)

    return compare_backends(
        SYSTEM,
        sample,
        policy,
        names,
        lambda name: make_named_backend(settings, name),
        now=system_clock().now(),
        progress=progress,
    )


def _sample_and_policy(settings: Settings, file: Path | None, count: int) -> tuple[Sample, Policy]:
    """Comments and thresholds, the site's own if it has some. The benchmark never creates a
    state."""
    services: Services | None = None
    policy = default_policy(system_clock().now())
    if has_state(settings):
        services = build_services(settings, worker="parity")
        with services.context.store.read() as reader:
            policy = reader.policy_in_force()
    try:
        if file is not None:
            return sample_source(FileSource(file), count), policy
        if services is None:
            return sample_source(bundled_sample(), count, name="bundled sample"), policy
        return sample_stored(services.context, services.bundled_sample, count), policy
    finally:
        if services is not None:
            services.close()
