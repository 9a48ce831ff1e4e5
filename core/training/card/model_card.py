"""The model card, written from a report and never edited by hand."""

from collections.abc import Iterable

from core.inference.manifest import PLOT_FILE
from core.training.card.markdown import table, tight
from core.training.card.results import (
    aims_table,
    calibration_section,
    effects_section,
    identity_section,
    metrics_section,
    parity_section,
    probe_table,
    thresholds_section,
    validation_table,
    weakest,
)
from core.training.card.suites import functions_section, paired_section
from core.training.card.text import (
    DECISIONS,
    EVASIONS,
    INTENDED_USE,
    LONG_TEXTS,
    PROCEDURE,
    WEAK_SPOTS,
    WINDOWS,
    WRITTEN_BY,
)
from core.training.data.catalogue import DataSetUse
from core.training.data.datasets import MODEL_LABELS, NOT_ASSESSED
from core.training.evaluation.evasions import EVASION_FILE
from core.training.evaluation.long_suite import LONG_TEXT_FILE
from core.training.evaluation.report import SetCounts, TrainingReport
from core.training.settings import BASE_MODEL


def model_card(report: TrainingReport) -> str:
    """Markdown, the same for the same report."""
    trained = [each for each in report.sets if each.use == DataSetUse.TRAIN]
    checked = [each for each in report.sets if each.use == DataSetUse.EVALUATE]
    left_out = [each for each in report.sets if each.use == DataSetUse.LEFT_OUT]
    sections = [
        f"# {report.model_version}",
        INTENDED_USE,
        WRITTEN_BY,
        _overview(report),
        "## In short",
        aims_table(report.metrics),
        validation_table(report.validation),
        weakest(report),
        "## What trained it",
        _trained_table(trained),
        *(_origin(each) for each in trained),
        "## Measured on, never trained on",
        *(_origin(each) for each in checked),
        "## Left out",
        *(f"- `{each.name}` ({each.licence}): {each.why}." for each in left_out),
        DECISIONS,
        PROCEDURE,
        "## Results of the shipped int8 model",
        metrics_section(report.metrics),
        "## Calibration",
        calibration_section(report.calibrations, PLOT_FILE),
        "## Recommended thresholds",
        thresholds_section(report.rule, report.bands),
        "## What the thresholds do",
        effects_section(report.effects),
        "## Functional suite",
        functions_section(report.functions),
        "## Evasion suite",
        paired_section(EVASIONS, EVASION_FILE, report.evasions),
        "## Long texts",
        paired_section(LONG_TEXTS, LONG_TEXT_FILE, report.long_texts),
        "## Identity terms",
        identity_section(report.bias),
        "## int8 and bf16 against the reference",
        parity_section(report),
        "## Sentences it never saw",
        probe_table(report.probes),
        WEAK_SPOTS,
    ]
    return tight("\n\n".join(sections)) + "\n"


def _overview(report: TrainingReport) -> str:
    packages = ", ".join(f"{name} {number}" for name, number in report.versions.items())
    files = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in report.sizes.items())
    lines = [
        f"- Labels, in output order: {', '.join(f'`{label}`' for label in MODEL_LABELS)}.",
        f"- Not assessed: {', '.join(f'`{label}`' for label in NOT_ASSESSED)}.",
        f"- Base: {BASE_MODEL}, Apache-2.0, 6 layers of 384, sha256 `{report.base_sha256}`.",
        f"- Files: {files}{WINDOWS.format(tokens=report.settings.window_tokens)}",
        *(f"- {line}" for line in report.recipe),
        f"- Made with {packages}.",
    ]
    return "\n".join(lines)


def _trained_table(sets: Iterable[SetCounts]) -> str:
    head = ["set", "licence", "rows", "train / val / test"]
    rows = [
        [
            each.name,
            each.licence,
            f"{each.rows:,}",
            f"{each.train:,} / {each.val:,} / {each.test:,}",
            *(f"{each.positives[label]:,} of {each.known[label]:,}" for label in MODEL_LABELS),
        ]
        for each in sets
    ]
    note = "Under each label: positives (rater share of a half or more) of rows where it is known."
    return f"{note}\n\n{table([*head, *MODEL_LABELS], rows)}"


def _origin(each: SetCounts) -> str:
    return (
        f"- `{each.name}` ({each.licence}; {each.rows:,} rows): {each.why}. "
        f"From {each.origin}. sha256 `{each.sha256}`."
    )
