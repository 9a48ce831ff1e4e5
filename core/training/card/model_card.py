"""The model card, written from a report and never edited by hand."""

from collections.abc import Iterable

from core.inference.manifest import PLOT_FILE
from core.training.card.markdown import table, tight
from core.training.card.results import (
    aims_table,
    calibration_section,
    effects_section,
    functions_section,
    identity_section,
    metrics_section,
    parity_section,
    probe_table,
    thresholds_section,
    weakest,
)
from core.training.card.text import DECISIONS, INTENDED_USE, PROCEDURE, WEAK_SPOTS, WRITTEN_BY
from core.training.data.catalogue import DataSetUse
from core.training.data.datasets import MODEL_LABELS, NOT_ASSESSED
from core.training.evaluation.report import SetCounts, TeacherUse, TrainingReport
from core.training.fitting.cycles import Cycle, cycles, refining_cycle
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
    settings = report.settings
    minutes = report.train_seconds / 60
    packages = ", ".join(f"{name} {number}" for name, number in report.versions.items())
    files = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in report.sizes.items())
    lines = [
        f"- Labels, in output order: {', '.join(f'`{label}`' for label in MODEL_LABELS)}.",
        f"- Not assessed: {', '.join(f'`{label}`' for label in NOT_ASSESSED)}.",
        f"- Base: {BASE_MODEL}, Apache-2.0, 6 layers of 384, sha256 `{report.base_sha256}`.",
        f"- Files: {files}; it reads the first {settings.score_tokens} tokens.",
        f"- Trained on {report.train_rows:,} comments, respelled copies among them, epochs: "
        f"{settings.epochs}, seed {settings.seed}, batches of {settings.batch_rows}, "
        f"{settings.max_tokens} tokens, bf16: {minutes:.0f} minutes on one CPU core.",
        *map(_teacher, report.teachers),
        f"- Learning rate: {', then '.join(map(_fall, cycles(settings)))}.",
        _refining(report),
        f"- Made with {packages}.",
    ]
    return "\n".join(lines)


def _teacher(use: TeacherUse) -> str:
    part = (
        "alone say"
        if use.teacher_weight == 1
        else f"are {use.teacher_weight:.0%} of the logit that says"
    )
    return (
        f"- Teacher of {use.learnt}: {use.base_model}, sha256 `{use.base_sha256}`, which learnt "
        f"its training side (ROC AUC {use.roc_auc:.3f} on {use.held_out:,} of its validation "
        "side). Its scores, in a file as `modconsole train-teacher` writes it, sha256 "
        f"`{use.scores_sha256}`, {part} what is learnt of {use.learnt_rows:,} rows of it and of "
        f"{use.scored_rows:,} of {use.scored} that no person labelled."
    )


def _refining(report: TrainingReport) -> str:
    settings, refining = report.settings, report.settings.refining
    return (
        f"- Refined on {report.refining_rows:,} comments, those of every teacher, the project's "
        f"own and, as it scored them before, {' and '.join(refining.kept)}: "
        f"{_fall(refining_cycle(settings))}; the weights are {refining.share:.0%} of the way from "
        "those before to those after."
    )


def _fall(cycle: Cycle) -> str:
    epochs = len(cycle.epochs)
    return f"{cycle.peak_rate:g} falling to nothing in {epochs} epoch{'s' * (epochs > 1)}"


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
