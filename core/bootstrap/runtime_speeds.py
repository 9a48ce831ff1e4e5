"""What is measured of runtimes, and how the runs become speeds and differences of scores."""

import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.inference.local.fastest import RuntimeSpeed
from core.inference.local.measuring import RuntimeRun
from core.inference.manifest import Manifest
from core.moderation.cleaning import clean_text
from core.moderation.comments import IncomingComment
from core.moderation.policies import Policy
from core.sources.bundled import sample_source

if TYPE_CHECKING:
    from core.parity.tables import ScoreTable

TEXTS = 40
"""Comments of the bundled sample, spread over their lengths: about 1,500 tokens, near two batches.
With half as many, what a call costs whatever its size made ONNX Runtime look as fast as OpenVINO,
which is a quarter faster in whole batches."""


def sample_texts() -> list[str]:
    """The texts that are measured: part of the bundled sample, the shortest first."""
    items = (item for item in sample_source().read() if isinstance(item, IncomingComment))
    texts = sorted({clean_text(item.text) for item in items}, key=lambda text: (len(text), text))
    return [texts[int((place + 0.5) * len(texts) / TEXTS)] for place in range(TEXTS)]


def compare_runs(
    runs: Sequence[RuntimeRun], manifest: Manifest, policy: Policy
) -> tuple[RuntimeSpeed, ...]:
    """Each run compared with the reference, the first one in fp32 that was measured."""
    reference = next(
        (run for run in runs if run.runtime.precision == "fp32" and run.problem is None), None
    )
    if reference is None:
        return tuple(
            RuntimeSpeed(run.runtime, problem=run.problem or "there is no reference in fp32")
            for run in runs
        )
    # Slow ones, the reference too, may have fewer rounds than this one.
    most = max(runs, key=lambda run: len(run.pass_s))
    unit = _ratio(most, reference)
    return tuple(
        RuntimeSpeed(run.runtime, problem=run.problem)
        if run.problem is not None
        else _compared(run, reference, round(_ratio(most, run) / unit, 3), manifest, policy)
        for run in runs
    )


def _ratio(one: RuntimeRun, other: RuntimeRun) -> float:
    """How many times as fast the other is: the median of the rounds that both have."""
    return statistics.median(
        mine / its for mine, its in zip(one.pass_s, other.pass_s, strict=False)
    )


def _compared(
    run: RuntimeRun, reference: RuntimeRun, speed: float, manifest: Manifest, policy: Policy
) -> RuntimeSpeed:
    # Imported on use: numpy costs a tenth of a second.
    from core.parity.comparison import compare_labels
    from core.parity.gate import gate_problem, sum_up

    tables = [_table(each, manifest) for each in (reference, run)]
    change = sum_up(compare_labels(tables[0], tables[1], policy))
    return RuntimeSpeed(
        run.runtime,
        speed=speed,
        labels=change.labels,
        flips=change.flips,
        largest=round(change.largest, 4),
        problem=gate_problem(change),
    )


def _table(run: RuntimeRun, manifest: Manifest) -> "ScoreTable":
    import numpy as np

    from core.parity.tables import ScoreTable

    scores = np.array(run.scores, dtype=np.float64)
    errors = (None,) * len(scores)
    return ScoreTable(str(run.runtime), manifest.version, manifest.labels, scores, errors)
