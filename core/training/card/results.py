"""The sections of the model card that show what was measured."""

from collections.abc import Iterable, Sequence

from core.training.card.markdown import measured, number, percentage, table
from core.training.card.text import (
    AIMS,
    CALIBRATION,
    IDENTITY,
    INTERVALS,
    THRESHOLDS,
    VALIDATION,
    VALIDATION_AIMS,
    Aim,
)
from core.training.data.datasets import MODEL_LABELS
from core.training.evaluation.bias import Auc, BiasReport, TermBias
from core.training.evaluation.calibration import TemperatureFit
from core.training.evaluation.intervals import share_of
from core.training.evaluation.measures import LabelMetrics
from core.training.evaluation.report import Effect, Parity, Probe, TrainingReport
from core.training.evaluation.thresholds import LOWEST_EDGE, BandChoice, Edge, ThresholdRule

SHOWN_TERMS = 15
_BOUNDS = {
    "precision": "precision",
    "clean share": "share of clean comments",
    "highest": "highest: precision not shown at any edge",
}


def aims_table(metrics: Sequence[LabelMetrics]) -> str:
    """The sets with an aim that were measured."""
    found = {m.data_set: m for m in metrics if m.label == MODEL_LABELS[0]}
    rows = [
        [
            f"{aim.data_set} ({aim.about})",
            f"clearly over {aim.at_least:g}" if aim.clearly else f"{aim.at_least:g}",
            measured(found[aim.data_set].roc_auc, found[aim.data_set].roc_auc_interval),
            "yes" if _reached(aim, found[aim.data_set]) else "no",
        ]
        for aim in AIMS
        if aim.data_set in found
    ]
    return table(["toxicity on", "aim", "ROC AUC", "reached"], rows)


def validation_table(metrics: Iterable[LabelMetrics]) -> str:
    """The validation side of the sets and labels with an aim."""
    found = {(m.data_set, m.label): m for m in metrics}
    rows = [
        [
            data_set,
            label,
            f"{at_least:g}",
            measured(known.roc_auc, known.roc_auc_interval),
            "yes" if (known.roc_auc or 0.0) >= at_least else "no",
        ]
        for data_set, label, at_least in VALIDATION_AIMS
        if (known := found.get((data_set, label))) is not None
    ]
    return f"{VALIDATION}\n\n{table(['set', 'label', 'aim', 'ROC AUC', 'reached'], rows)}"


def _reached(aim: Aim, metrics: LabelMetrics) -> bool:
    if not aim.clearly:
        return (metrics.roc_auc or 0.0) >= aim.at_least
    interval = metrics.roc_auc_interval
    return interval is not None and interval[0] > aim.at_least


def metrics_section(metrics: Iterable[LabelMetrics]) -> str:
    """Every set and label with both classes."""
    rows = [
        [
            m.data_set,
            m.label,
            f"{m.rows:,}",
            f"{m.positives:,}",
            measured(m.roc_auc, m.roc_auc_interval),
            measured(m.average_precision, m.average_precision_interval),
        ]
        for m in metrics
        if m.roc_auc is not None
    ]
    note = (
        "Test side of the sets it was trained on, and whole sets it never saw. `all` pools the "
        f"test rows that people wrote and labelled. {INTERVALS}"
    )
    head = ["set", "label", "rows", "positives", "ROC AUC", "average precision"]
    return f"{note}\n\n{table(head, rows)}"


def calibration_section(calibrations: Iterable[TemperatureFit], plot: str) -> str:
    """The calibration of every label before and after temperature scaling, and the plot."""
    rows = [
        [
            c.label,
            f"{c.rows:,}",
            f"{c.positives:,}",
            number(c.temperature, 2),
            f"{c.before.ece:.4f} → {c.after.ece:.4f}",
            f"{c.before.brier:.4f} → {c.after.brier:.4f}",
        ]
        for c in calibrations
    ]
    head = ["label", "rows", "positives", "temperature", "ECE", "Brier score"]
    return f"{CALIBRATION}\n\n{table(head, rows)}\n\n![Reliability of each label]({plot})"


def thresholds_section(rule: ThresholdRule, bands: Sequence[BandChoice]) -> str:
    """The requested limits, and the edges that resulted."""
    bound = (
        f"It had to be {rule.hold_precision_used:.0%}: at less, more of `{rule.bound_by}` would "
        "have been held. "
        if rule.bound_by
        else ""
    )
    asked = (
        f"Hold: the lowest edge from {LOWEST_EDGE:.2f} up whose estimated precision is "
        f"{rule.hold_precision:.0%} where {rule.rate:.1%} of all comments are abuse, if all labels "
        f"together hold no more than {rule.held_share:.0%} of the clean ones. {bound}Remove: the "
        f"lowest edge with {rule.remove_precision:.0%} that removes at most "
        f"{rule.removed_share:.1%} of them."
    )
    rows = [
        [choice.label, name, f"{edge.at:.2f}", _BOUNDS[edge.bound], *_edge_cells(edge)]
        for choice in bands
        for name, edge in (("hold", choice.hold), ("remove", choice.remove))
        if edge is not None
    ]
    head = ["label", "edge", "from", "set by", "clean rows over it", "recall"]
    head += ["estimated precision", "at 2 % abuse", "at 5 %"]
    parts = [asked, *_never_removed(bands), table(head, rows), THRESHOLDS]
    return "\n\n".join(parts)


def _never_removed(bands: Sequence[BandChoice]) -> list[str]:
    """The sentence about labels without a remove edge, if there are any."""
    labels = [f"`{choice.label}`" for choice in bands if choice.remove is None]
    if not labels:
        return []
    by = "these labels" if len(labels) > 1 else "this label"
    return [
        f"For {', '.join(labels)} no edge shows what is asked of a removal: nothing is removed by "
        f"{by} without a person, however high the score."
    ]


def _edge_cells(edge: Edge) -> list[str]:
    recall = ", ".join(f"{share.count:,} of {share.rows:,}" for share in edge.recall)
    passed = f"{edge.clean.count:,} of {edge.clean.rows:,}"
    if not any(share.count for share in edge.recall):
        return [passed, recall or "–", "–", "–", "–"]
    return [
        passed,
        recall,
        measured(edge.precision, edge.interval, 2),
        *(number(edge.precision_at_rates.get(rate), 2) for rate in ("2%", "5%")),
    ]


def effects_section(effects: Sequence[Effect]) -> str:
    """Low-rate traffic first; the other sets were collected for their abuse."""
    rows = [
        [
            f"{e.data_set}{' (low rate)' if e.low_rate else ''}",
            f"{e.clean_held.rows:,}{'' if e.labelled else ' (no labels)'}",
            percentage(e.clean_held, 2),
            percentage(e.clean_removed, 2),
            f"{e.toxic_held.rows:,}",
            percentage(e.toxic_held),
            percentage(e.toxic_among_held) if e.labelled else "–",
        ]
        for e in effects
    ]
    note = (
        "All labels together, on rows the edges were not chosen on: of the low-rate sets the other "
        "half. The clean ones held are the false positives; where nothing is labelled, every row "
        "counts as clean, which bounds them from above. What is removed is also held."
    )
    head = ["set", "clean rows", "of them held", "removed", "toxic rows", "of them held"]
    return f"{note}\n\n{table([*head, 'toxic among the held'], rows)}"


def identity_section(bias: BiasReport | None) -> str:
    """The summary over all terms, and the terms that fare worst."""
    if bias is None:
        return "Not measured: the set was not there."
    ranked = sorted(bias.terms, key=lambda each: (_worst(each), each.term))
    rows = [
        [
            each.term,
            f"{each.rows:,}",
            *map(_auc, (each.subgroup, each.bpsn, each.bnsp)),
            percentage(each.held),
        ]
        for each in ranked[:SHOWN_TERMS]
    ]
    held = share_of(sum(t.held.count for t in bias.terms), sum(t.held.rows for t in bias.terms))
    summary = (
        f"{bias.rows:,} sentences of {bias.templates} templates, {len(bias.terms)} terms. Power "
        f"mean (p = −5) over the terms: subgroup {number(bias.subgroup_mean)}, BPSN "
        f"{number(bias.bpsn_mean)}, BNSP {number(bias.bnsp_mean)}. Clean sentences held, counted "
        f"once for each term they name: {held.value:.1%}. The {len(rows)} terms with the lowest "
        "measure:"
    )
    head = ["term", "rows", "subgroup", "BPSN", "BNSP", "clean ones held"]
    return f"{IDENTITY}\n\n{summary}\n\n{table(head, rows)}"


def _worst(term: TermBias) -> float:
    return min((auc.value for auc in (term.subgroup, term.bpsn, term.bnsp) if auc), default=1.0)


def _auc(auc: Auc | None) -> str:
    return "–" if auc is None else measured(auc.value, auc.interval)


def parity_section(report: TrainingReport) -> str:
    """int8 and bf16 against the reference, edges of the default policy."""
    rows = [
        [
            precision,
            f"{p.rows:,}",
            f"{p.largest:.3f}",
            f"{p.p99:.3f}",
            f"{p.mean:.4f}",
            _flipped(p.flips_hold, p),
            _flipped(p.flips_remove, p),
            ", ".join(f"{lab} {lost:+.4f}" for lab, lost in p.auc_lost.items() if lost is not None),
        ]
        for precision, p in report.parity.items()
    ]
    head = ["precision", "test comments", "largest difference", "99th percentile", "mean"]
    return table([*head, "over a hold edge", "over a remove edge", "ROC AUC lost"], rows)


def _flipped(flips: int, parity: Parity) -> str:
    cells = parity.rows * len(MODEL_LABELS)
    return f"{flips:,} of {cells:,} scores ({flips / max(1, cells):.2%})"


def probe_table(probes: Iterable[Probe]) -> str:
    """Every score of every sentence."""
    rows = [
        [probe.text, *(f"{probe.scores[label]:.2f}" for label in MODEL_LABELS)] for probe in probes
    ]
    return table(["sentence", *MODEL_LABELS], rows)


def weakest(report: TrainingReport) -> str:
    """The worst sets, functions and identity terms, one line each."""
    sets = sorted(
        (m for m in report.metrics if m.label == MODEL_LABELS[0] and m.roc_auc is not None),
        key=lambda m: m.roc_auc or 0.0,
    )[:3]
    functions = sorted(report.functions, key=lambda each: each.passed.value)[:5]
    terms = sorted(report.bias.terms, key=_worst)[:5] if report.bias else []
    lines = [
        "- Sets with the lowest toxicity ROC AUC: "
        + ", ".join(f"{m.data_set} {number(m.roc_auc, 3)}" for m in sets),
        "- Functions that fail most: "
        + ", ".join(f"{f.name} {f.passed.count} of {f.passed.rows}" for f in functions),
    ]
    if terms:
        lowest = ", ".join(f"{term.term} {_worst(term):.3f}" for term in terms)
        lines.append(f"- Identity terms with the lowest measure: {lowest}")
    return "\n".join(f"{line}." for line in lines)
