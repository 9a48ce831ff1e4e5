"""A parity report as sentences and data frames. Pure."""

from collections.abc import Sequence
from datetime import tzinfo

import pandas as pd

from core.parity.causes import Cause
from core.parity.pair import Flip, Pair
from core.parity.report import ParityReport
from core.parity.tables import ScoreTable
from core.parity.threshold_map import MappedThreshold
from dashboard.figures import NONE, percent
from dashboard.wording import LABELS, local_time

CAUSES: dict[Cause, tuple[str, str]] = {
    Cause.SAME: ("agrees", "green"),
    Cause.SOFTMAX: ("softmax, not sigmoid", "red"),
    Cause.LOGITS: ("logits", "red"),
    Cause.TWICE: ("sigmoid twice", "red"),
    Cause.LABEL_ORDER: ("labels in another order", "red"),
    Cause.TOP_ONE: ("top label only", "red"),
    Cause.PAIRS: ("reads a batch as sentence pairs", "red"),
    Cause.TRUNCATION: ("truncates long comments", "orange"),
    Cause.ROUNDING: ("rounded", "orange"),
    Cause.REVISION: ("another revision", "orange"),
    Cause.OTHER_MODEL: ("another model", "orange"),
    Cause.NO_ANSWER: ("no scores", "red"),
}
EXCERPT_CHARS = 400


def basis(report: ParityReport, zone: tzinfo) -> str:
    """One line about the basis of the figures: comments, policy, reference, time."""
    about = ran(report.reference)
    return (
        f"{len(report.ids):,} comments ({report.source}) · policy v{report.policy.version} · "
        f"reference {report.reference.backend}{f' ({about})' if about else ''} · "
        f"{local_time(report.made_at, zone)}"
    )


def ran(table: ScoreTable) -> str:
    """`minilm-toxicity-3, onnxruntime, int8`: model and runtime, unless equal to the name."""
    parts = dict.fromkeys([table.model_version, table.runtime])
    return ", ".join(part for part in parts if part not in ("", table.backend))


def share(count: int | None, rows: int) -> str:
    """`7 (1.4 %)`; a dash for no value."""
    if count is None:
        return NONE
    return f"{count:,} ({percent(count / rows)})" if count else "0"


def gap(value: float) -> str:
    """A difference of scores to three digits; `< 0.001` for a smaller one, never 0."""
    return f"{value:.3f}" if value >= 0.0005 or value == 0.0 else "< 0.001"


def farthest(pair: Pair) -> tuple[str, str]:
    """The largest difference and its label."""
    line = max(pair.labels, key=lambda each: each.largest, default=None)
    return (NONE, "") if line is None else (gap(line.largest), LABELS[line.label])


def mean_gap(pair: Pair) -> str:
    """The mean over all labels and comments that both backends scored."""
    cells = sum(line.rows for line in pair.labels)
    return gap(sum(line.mean * line.rows for line in pair.labels) / cells) if cells else NONE


def label_frame(pair: Pair) -> pd.DataFrame:
    """One row for each label that both backends assess."""
    return pd.DataFrame(
        {
            "label": [LABELS[line.label] for line in pair.labels],
            "largest": [line.largest for line in pair.labels],
            "mean": [line.mean for line in pair.labels],
            "rank": [line.rank for line in pair.labels],
            "flips": [line.flips for line in pair.labels],
        }
    )


def threshold_frame(pair: Pair) -> pd.DataFrame:
    """One row for each threshold that some comments reach, but not all."""
    lines = [line for line in pair.thresholds if 0 < line.flagged < line.rows]
    return pd.DataFrame(
        {
            "label": [LABELS[line.label] for line in lines],
            "action": [str(line.action) if line.action else "band ends" for line in lines],
            "now": [line.old for line in lines],
            "mapped": [line.match.threshold if line.match else None for line in lines],
            "interval": [_interval(line) for line in lines],
            "reach": [line.flagged for line in lines],
            "reach the new": [line.match.flags if line.match else None for line in lines],
            "only one": [len(line.match.flips) if line.match else None for line in lines],
        }
    )


def unreached_line(pair: Pair) -> str | None:
    """The thresholds that these comments can't map; None if all are mapped."""
    lines = [line for line in pair.thresholds if line.flagged in (0, line.rows)]
    if not lines:
        return None
    by_action: dict[str, list[str]] = {}
    for line in lines:
        action = str(line.action) if line.action else "the end of a band"
        by_action.setdefault(action, []).append(LABELS[line.label])
    parts = [f"{action} for {_listed(labels)}" for action, labels in by_action.items()]
    return (
        f"Not mapped, because no comment here, or every one, reaches them: {'; '.join(parts)}. "
        "These comments can't show where they belong."
    )


def flip_frame(report: ParityReport, pair: Pair) -> pd.DataFrame:
    """One row for each comment whose decision changes; with texts only if the report has them."""
    frame: dict[str, Sequence[object]] = {
        "comment": [report.ids[flip.row] or str(flip.row) for flip in pair.flips],
        "reference": [str(flip.before) for flip in pair.flips],
        "same thresholds": [str(flip.after) for flip in pair.flips],
        "mapped thresholds": [_carried(flip) for flip in pair.flips],
        "label": [LABELS[flip.label] if flip.label else NONE for flip in pair.flips],
        "score before": [flip.mine for flip in pair.flips],
        "score after": [flip.theirs for flip in pair.flips],
    }
    if report.texts:
        frame["text"] = [excerpt(report.texts[flip.row]) for flip in pair.flips]
    return pd.DataFrame(frame)


def excerpt(text: str) -> str:
    """The start of a text on one line."""
    return " ".join(text[: EXCERPT_CHARS * 2].split())[:EXCERPT_CHARS]


def _carried(flip: Flip) -> str:
    return str(flip.carried) if flip.carried else NONE


def _interval(line: MappedThreshold) -> str:
    if line.match is None:
        return NONE
    low, high = line.match.interval
    return f"{low:.3f} – {high:.3f}"


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
