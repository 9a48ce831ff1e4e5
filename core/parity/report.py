"""The result of one comparison, as help for moving to another backend, and its JSON form."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.moderation.policies import Policy
from core.parity.comparison import LabelComparison
from core.parity.pair import Flip, Pair
from core.parity.tables import ScoreTable
from core.parity.threshold_map import MappedThreshold

DIGITS = 6


@dataclass(frozen=True, slots=True)
class ParityReport:
    """`source` describes where the comments come from; `ids` are their ids on their own site.
    `texts` is empty for roles that may not read them. `refused` are backends that could not be
    compared, with the reason; `notices` are what staff should know about a backend; `warnings` are
    the limits of the comparison."""

    made_at: datetime
    source: str
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    policy: Policy
    reference: ScoreTable
    pairs: tuple[Pair, ...]
    refused: Mapping[str, str]
    notices: Mapping[str, str]
    warnings: tuple[str, ...]


def as_data(report: ParityReport) -> dict[str, Any]:
    """The report without the texts of comments: rows are numbered as in `comment_ids`."""
    tables = [report.reference, *(pair.other for pair in report.pairs)]
    return {
        "made_at": report.made_at.isoformat(timespec="seconds"),
        "comments": len(report.ids),
        "comments_from": report.source,
        "policy_version": report.policy.version,
        "reference": {
            "backend": report.reference.backend,
            "model_version": report.reference.model_version,
            "runtime": report.reference.runtime,
            "not_scored": sum(error is not None for error in report.reference.errors),
        },
        "pairs": [_pair(pair) for pair in report.pairs],
        "not_compared": dict(report.refused),
        "notices": dict(report.notices),
        "warnings": list(report.warnings),
        "comment_ids": list(report.ids),
        "scores": {table.backend: _scores(table) for table in tables},
    }


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "backend": pair.other.backend,
        "model_version": pair.other.model_version,
        "runtime": pair.other.runtime,
        "compared": pair.rows,
        "not_scored": pair.failed,
        "first_error": pair.first_error,
        "cause": pair.finding.cause.value,
        "diagnosis": pair.finding.words,
        "mean_difference_left": _figure(pair.finding.left),
        "labels_it_lacks": [label.value for label in pair.missing],
        "labels": [_label(line) for line in pair.labels],
        "decisions_changed": pair.changed,
        "decisions_changed_with_mapped_thresholds": pair.changed_carried,
        "thresholds": [_threshold(line) for line in pair.thresholds],
        "flips": [_flip(flip) for flip in pair.flips],
    }


def _label(line: LabelComparison) -> dict[str, Any]:
    return {
        "label": line.label.value,
        "comments": line.rows,
        "largest_difference": _figure(line.largest),
        "mean_difference": _figure(line.mean),
        "rank_correlation": _figure(line.rank),
        "label_flips": line.flips,
    }


def _threshold(line: MappedThreshold) -> dict[str, Any]:
    match = line.match
    return {
        "label": line.label.value,
        "action": line.action.value if line.action else None,
        "threshold": line.old,
        "mapped": _figure(match.threshold) if match else None,
        "interval_95": [_figure(edge) for edge in match.interval] if match else None,
        "comments": line.rows,
        "reach_it": line.flagged,
        "reach_mapped": match.flags if match else None,
        "label_flips": len(match.flips) if match else None,
    }


def _flip(flip: Flip) -> dict[str, Any]:
    return {
        "row": flip.row,
        "reference": flip.before.value,
        "same_thresholds": flip.after.value,
        "mapped_thresholds": flip.carried.value if flip.carried else None,
        "label": flip.label.value if flip.label else None,
        "reference_score": _figure(flip.mine),
        "score": _figure(flip.theirs),
    }


def _scores(table: ScoreTable) -> dict[str, Sequence[float | None]]:
    return {
        label.value: [_figure(float(value)) for value in table.column(label)]
        for label in table.labels
    }


def _figure(value: float | None) -> float | None:
    """Rounded; None for NaN and infinity, which JSON does not have."""
    return round(value, DIGITS) if value is not None and math.isfinite(value) else None
