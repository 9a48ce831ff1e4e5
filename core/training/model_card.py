"""The model card, written from a report and never edited by hand."""

import re
from collections.abc import Iterable

from core.inference.manifest import MODEL_FILE
from core.training.card_text import DECISIONS, INTENDED_USE, PROCEDURE, WEAK_SPOTS
from core.training.catalogue import Use
from core.training.datasets import MODEL_LABELS, NOT_ASSESSED
from core.training.measures import LabelMetrics
from core.training.report import Probe, SetCounts, TrainingReport
from core.training.settings import BASE_MODEL


def model_card(report: TrainingReport) -> str:
    """Markdown, the same for the same report."""
    trained = [each for each in report.sets if each.use == Use.TRAIN]
    measured = [each for each in report.sets if each.use == Use.EVALUATE]
    left_out = [each for each in report.sets if each.use == Use.LEFT_OUT]
    sections = [
        f"# {report.model_version}",
        INTENDED_USE,
        _overview(report),
        "## What trained it",
        _trained_table(trained),
        *(_origin(each) for each in trained),
        "## Measured on, never trained on",
        *(_origin(each) for each in measured),
        "## Left out",
        *(f"- `{each.name}` ({each.licence}): {each.why}." for each in left_out),
        DECISIONS,
        PROCEDURE,
        "## Results of the shipped int8 model",
        _metrics_table(report.metrics),
        "## Recommended thresholds",
        _bands(report),
        "## int8 against fp32",
        _parity(report),
        "## Sentences it never saw",
        _probe_table(report.probes),
        "## Identity terms",
        _identity(report),
        WEAK_SPOTS,
    ]
    return _tight("\n\n".join(sections)) + "\n"


def _overview(report: TrainingReport) -> str:
    settings, sizes = report.settings, report.sizes
    size = sizes.get(MODEL_FILE, 0) / 1e6
    minutes = report.train_seconds / 60
    packages = ", ".join(f"{name} {number}" for name, number in report.versions.items())
    lines = [
        f"- Labels, in output order: {', '.join(f'`{label}`' for label in MODEL_LABELS)}.",
        f"- Not assessed: {', '.join(f'`{label}`' for label in NOT_ASSESSED)}.",
        f"- Base: {BASE_MODEL}, Apache-2.0, 6 layers of 384, sha256 `{report.base_sha256}`.",
        f"- File: {MODEL_FILE}, {size:.1f} MB; reads the first {settings.score_tokens} tokens.",
        f"- Trained on {report.train_rows:,} comments, epochs: {settings.epochs}, seed "
        f"{settings.seed}, batches of {settings.batch_rows}, learning rate "
        f"{settings.learning_rate:g}, {settings.max_tokens} tokens, bf16: {minutes:.0f} minutes "
        f"on {settings.threads} CPU cores shared with other work.",
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
    return note + "\n\n" + _table([*head, *MODEL_LABELS], rows)


def _origin(each: SetCounts) -> str:
    return (
        f"- `{each.name}` ({each.licence}; {each.rows:,} rows): {each.why}. "
        f"From {each.origin}. sha256 `{each.sha256}`."
    )


def _metrics_table(metrics: Iterable[LabelMetrics]) -> str:
    rows = [
        [
            m.data_set,
            m.label,
            f"{m.rows:,}",
            f"{m.positives:,}",
            _number(m.roc_auc),
            _number(m.average_precision),
        ]
        for m in metrics
        if m.roc_auc is not None
    ]
    note = "Test side of the sets it was trained on, and whole sets it never saw."
    return note + "\n\n" + _table(["set", "label", "rows", "positives", "ROC AUC", "AP"], rows)


def _bands(report: TrainingReport) -> str:
    head = ["label", "hold from", "remove from", "clean held", "clean removed"]
    head += ["hold: precision", "recall", "remove: precision", "recall"]
    rows = [
        [
            band.label,
            f"{band.hold:.2f}",
            f"{band.remove:.2f}",
            f"{band.low_rate_held:.2%}",
            f"{band.low_rate_removed:.2%}",
            _number(band.test_hold_precision, 2),
            _number(band.test_hold_recall, 2),
            _number(band.test_remove_precision, 2),
            _number(band.test_remove_recall, 2),
        ]
        for band in report.bands
    ]
    recall = _number(report.low_rate_recall, 2)
    note = (
        "Chosen on one half of wiki_context_gn (0.6 % toxic) and the val rows; the clean shares "
        f"are from its other half ({report.low_rate_rows:,} rows), precision and recall from the "
        "test rows, whose base rate is far above real traffic. All labels together hold "
        f"{report.low_rate_held:.2%} and remove {report.low_rate_removed:.2%} of clean comments; "
        f"toxicity holds {recall} of the toxic ones there."
    )
    return note + "\n\n" + _table(head, rows)


def _parity(report: TrainingReport) -> str:
    p = report.parity
    cells = p.rows * len(MODEL_LABELS)
    lost = ", ".join(
        f"{label} {value:+.4f}" for label, value in p.auc_lost.items() if value is not None
    )
    return (
        f"Over {p.rows:,} held-out comments: largest score difference {p.largest:.3f}, 99th "
        f"percentile {p.p99:.3f}, mean {p.mean:.4f}; {p.flips_hold} of {cells:,} "
        f"scores cross a hold edge, {p.flips_remove} a remove edge. ROC AUC lost: {lost}. "
        "Every comment is run alone, so its score does not depend on the others of a call."
    )


def _probe_table(probes: Iterable[Probe]) -> str:
    rows = [
        [probe.text, *(f"{probe.scores[label]:.2f}" for label in MODEL_LABELS)] for probe in probes
    ]
    return _table(["sentence", *MODEL_LABELS], rows)


def _identity(report: TrainingReport) -> str:
    note = "Share of non-toxic template sentences (identity_templates_dev) held for toxicity:"
    rows = [[each.term, f"{each.rows:,}", f"{each.held:.1%}"] for each in report.identity]
    return note + "\n\n" + _table(["term", "rows", "held"], rows)


def _number(value: float | None, digits: int = 4) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _tight(text: str) -> str:
    """List items under one another: the blank line goes between two items, nowhere else."""
    return re.sub(r"(?m)(^- .*)\n\n(?=- )", r"\1\n", text)
