"""A parity report as sentences and data frames."""

from collections.abc import Sequence
from datetime import tzinfo

import pandas as pd

from core.moderation.policies import Action
from core.parity.causes import Cause
from core.parity.pair import Flip, Pair
from core.parity.report import ParityReport
from core.parity.tables import ScoreTable
from core.parity.threshold_map import MappedThreshold
from dashboard.core_sentences import in_own_words
from dashboard.figures import NONE, percent
from dashboard.problems import told
from dashboard.shares import in_own_form
from dashboard.staff_texts import Said, count, decimal, joined, number, said, say
from dashboard.wording import LABELS, local_time

_COLORS: dict[Cause, str] = {
    Cause.SAME: "green",
    Cause.SOFTMAX: "red",
    Cause.LOGITS: "red",
    Cause.TWICE: "red",
    Cause.LABEL_ORDER: "red",
    Cause.TOP_ONE: "red",
    Cause.PAIRS: "red",
    Cause.TRUNCATION: "orange",
    Cause.ROUNDING: "orange",
    Cause.REVISION: "orange",
    Cause.OTHER_MODEL: "orange",
    Cause.NO_ANSWER: "red",
}
CAUSES = Said(_COLORS, lambda cause: (say(f"parity.cause.{cause.name.lower()}"), _COLORS[cause]))
"""Words and colour."""
_ACTIONS = said("parity.action", Action)
_SMALLEST = 0.001
EXCERPT_CHARS = 400


def basis(report: ParityReport, zone: tzinfo) -> str:
    """One line about the basis of the figures: comments, policy, reference, time."""
    source = in_own_words(report.source, "parity.source", comments=in_own_form, all=in_own_form)
    backend, how = report.reference.backend, ran(report.reference)
    parts = (
        count("parity.basis.comments", len(report.ids), source=source),
        say("parity.basis.policy", version=str(report.policy.version)),
        say("parity.basis.reference_ran", backend=backend, about=how)
        if how
        else say("parity.basis.reference", backend=backend),
        local_time(report.made_at, zone),
    )
    return " · ".join(parts)


def notice(english: str) -> str:
    """What staff should know about a backend."""
    return in_own_words(english, "parity.notice")


def step(english: str) -> str:
    """What is being done, while it is."""
    return in_own_words(english, "parity.progress", comments=in_own_form)


def diagnosis(pair: Pair) -> str:
    """Why the scores differ, and what to do about it."""
    return in_own_words(
        pair.finding.words,
        "parity.finding",
        far=in_own_form,
        comments=in_own_form,
        gap=in_own_form,
        why=told,
    )


def limits(report: ParityReport) -> list[str]:
    """Why the figures may be uncertain."""
    return [
        in_own_words(english, "parity.warning", comments=in_own_form, least=in_own_form, why=told)
        for english in report.warnings
    ]


def about(pair: Pair) -> str:
    """What the other backend is and does not do; empty if there is nothing to say."""
    parts = [ran(pair.other)] if ran(pair.other) else []
    if pair.missing:
        labels = ", ".join(LABELS[label] for label in pair.missing)
        parts.append(say("parity.result.lacks", labels=labels))
    if pair.failed:
        parts.append(count("parity.result.failed", pair.failed, why=told(pair.first_error or NONE)))
    return " · ".join(parts)


def ran(table: ScoreTable) -> str:
    """`minilm-toxicity-3, onnxruntime, int8`: model and runtime, unless equal to the name."""
    parts = dict.fromkeys([table.model_version, table.runtime])
    return ", ".join(part for part in parts if part not in ("", table.backend))


def share(count: int | None, rows: int) -> str:
    """`7 (1.4 %)`; a dash for no value."""
    if count is None:
        return NONE
    return f"{number(count)} ({percent(count / rows)})" if count else "0"


def gap(value: float) -> str:
    """A difference of scores to three digits; `< 0.001` for a smaller one, never 0."""
    is_shown = value >= _SMALLEST / 2 or value == 0.0
    return decimal(value, 3) if is_shown else f"< {decimal(_SMALLEST, 3)}"


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
    ends = say("parity.action.band_ends")
    return pd.DataFrame(
        {
            "label": [LABELS[line.label] for line in lines],
            "action": [_ACTIONS[line.action] if line.action else ends for line in lines],
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
        action = _ACTIONS[line.action] if line.action else say("parity.thresholds.end_of_band")
        by_action.setdefault(action, []).append(LABELS[line.label])
    parts = [
        say("parity.thresholds.unreached_for", action=action, labels=joined(labels))
        for action, labels in by_action.items()
    ]
    return say("parity.thresholds.unreached", what="; ".join(parts))


def flip_frame(report: ParityReport, pair: Pair) -> pd.DataFrame:
    """One row for each comment whose decision changes; with texts only if the report has them."""
    frame: dict[str, Sequence[object]] = {
        "comment": [report.ids[flip.row] or str(flip.row) for flip in pair.flips],
        "reference": [_ACTIONS[flip.before] for flip in pair.flips],
        "same thresholds": [_ACTIONS[flip.after] for flip in pair.flips],
        "mapped thresholds": [_carried(flip) for flip in pair.flips],
        "label": [LABELS[flip.label] if flip.label else NONE for flip in pair.flips],
        "score before": [flip.mine for flip in pair.flips],
        "score after": [flip.theirs for flip in pair.flips],
    }
    if report.texts:
        frame["text"] = [excerpt(report.texts[flip.row]) for flip in pair.flips]
    return pd.DataFrame(frame)


def flips_title(pair: Pair) -> str:
    """How many comments get another decision, and how many with mapped thresholds."""
    comments = number(len(pair.flips))
    if pair.changed_carried is None:
        return say("parity.flips.title", comments=comments)
    mapped = number(pair.changed_carried)
    return say("parity.flips.title_mapped", comments=comments, mapped=mapped)


def excerpt(text: str) -> str:
    """The start of a text on one line."""
    return " ".join(text[: EXCERPT_CHARS * 2].split())[:EXCERPT_CHARS]


def _carried(flip: Flip) -> str:
    return _ACTIONS[flip.carried] if flip.carried else NONE


def _interval(line: MappedThreshold) -> str:
    if line.match is None:
        return NONE
    low, high = line.match.interval
    return f"{decimal(low, 3)} – {decimal(high, 3)}"
