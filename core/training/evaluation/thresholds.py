"""Score edges at a stated precision on low-rate traffic, where hardly any comment is abuse.

A set that was collected for abuse says nothing about the precision on a site: it holds far more of
it. So precision is computed from shares, each measured on a set that allows it:

    precision = recall * rate / (recall * rate + false_positives * (1 - rate))

`false_positives` is the share of clean low-rate comments that reach the edge, `recall` the share of
the comments that people gave this label, `rate` how many of all comments deserve it. The low-rate
set says only what is toxic: for other labels its clean rows are the negatives, recall comes from
the validation side, and the rate is the toxic one times the label's share of toxic comments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from core.inference.manifest import Band
from core.moderation.scores import Label
from core.training.data.datasets import MODEL_LABELS
from core.training.evaluation.intervals import Interval, Share, share_of
from core.training.evaluation.measures import share_at
from core.training.evaluation.scoring import ScoredRows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]

HOLD_PRECISION = 0.20
"""Precision of the queue: one in five of the held comments is abuse, on a site where one in 170
is."""
HELD_SHARE = 0.02
"""At most this share of clean comments is held, over all labels together."""
REMOVE_PRECISION = 0.90
REMOVED_SHARE = 0.001
OTHER_RATES = (0.02, 0.05)
SHARE_OF_TOXIC: Mapping[Label, float] = {
    Label.TOXICITY: 1.0,
    Label.OBSCENE: 8449 / 15294,
    Label.THREAT: 478 / 15294,
    Label.INSULT: 7877 / 15294,
    Label.IDENTITY_ATTACK: 1405 / 15294,
}
"""Comments with the label for each toxic one, as people labelled the 159,571 Wikipedia comments of
the Jigsaw challenge (its published training file)."""
LOWEST_EDGE, HIGHEST_EDGE = 0.20, 0.99
"""The range of edges. No label separates comments below the first; the last is the strictest edge
in hundredths."""
_DRAWS = 4000
_SEED = 20261123


@dataclass(frozen=True, slots=True)
class EdgeEvidence:
    """The scores that the edges of one label are chosen from: those of clean low-rate comments, and
    those of comments that people gave the label, one sample for each source. All sources have equal
    weight."""

    clean: "Floats"
    positives: tuple["Floats", ...]
    rate: float


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge of a label and what determined it: `precision`, `clean share`, or `highest` for a
    hold edge where none reaches the precision, so that the label hardly ever acts. The estimate
    comes from the rows the edge was chosen on; `clean` and `recall` are their shares that reach the
    edge."""

    at: float
    bound: str
    clean: Share
    recall: tuple[Share, ...]
    precision: float
    interval: Interval
    precision_at_rates: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """The rule that the edges follow. `hold_precision_used` is above `hold_precision` if more than
    `held_share` of the comments in `bound_by` would have been held; otherwise `bound_by` is empty.
    """

    rate: float
    hold_precision: float
    hold_precision_used: float
    held_share: float
    bound_by: str
    remove_precision: float
    removed_share: float


@dataclass(frozen=True, slots=True)
class BandChoice:
    """Both edges of a label. No `remove` edge: none shows the precision that is asked for, so
    nothing is removed by this label without a person."""

    label: str
    hold: Edge
    remove: Edge | None

    @property
    def band(self) -> Band:
        """The band as the manifest stores it."""
        return Band(self.hold.at, self.remove.at if self.remove else None)


def first_half(scored: ScoredRows) -> "NDArray[np.bool_]":
    """Marks the rows of a set that thresholds are chosen on; the rest measures them."""
    import numpy as np

    digests = (sha256(f"half:{each.keys[0]}".encode()).digest() for each in scored.examples)
    return np.array([digest[0] < 128 for digest in digests], dtype=bool)


def gather_evidence(
    low_rate: ScoredRows, wikipedia: ScoredRows, people: ScoredRows, rate: float
) -> dict[Label, EdgeEvidence]:
    """For toxicity positives of `low_rate` and of `wikipedia`, for the other labels of `people`:
    validation rows with labels by people. Sources without a positive are left out."""
    clean = low_rate.where(low_rate.targets[:, 0] < 0.5)
    found = {}
    for column, label in enumerate(MODEL_LABELS):
        sources = (low_rate, wikipedia) if label is Label.TOXICITY else (people,)
        positives = (scores[targets] for targets, scores in (s.known(label) for s in sources))
        found[label] = EdgeEvidence(
            clean=clean.scores[:, column],
            positives=tuple(each for each in positives if len(each)),
            rate=rate * SHARE_OF_TOXIC[label],
        )
    return found


def choose_bands(
    evidence: Mapping[Label, EdgeEvidence], traffic: Mapping[str, "Floats"]
) -> tuple[ThresholdRule, dict[Label, BandChoice]]:
    """For each label the lowest hold edge, in hundredths, with a precision of at least
    HOLD_PRECISION, and the lowest remove edge with at least REMOVE_PRECISION that removes at most
    REMOVED_SHARE; no remove edge where there is none.

    `traffic` holds scores (rows, labels) of clean low-rate comments by set. While all labels
    together would hold more than HELD_SHARE of one of them, the precision required of every label
    rises by a hundredth.
    """
    wanted, bound_by = HOLD_PRECISION, ""
    curves = [_curve(each, LOWEST_EDGE, HIGHEST_EDGE - 0.01) for each in evidence.values()]
    holds = [_lowest(curve, wanted) for curve in curves]
    while wanted < 1 and (full := _held_too_much(traffic, holds)):
        wanted, bound_by = round(wanted + 0.01, 2), full
        holds = [_lowest(curve, wanted) for curve in curves]
    rule = ThresholdRule(
        rate=evidence[Label.TOXICITY].rate,
        hold_precision=HOLD_PRECISION,
        hold_precision_used=wanted,
        held_share=HELD_SHARE,
        bound_by=bound_by,
        remove_precision=REMOVE_PRECISION,
        removed_share=REMOVED_SHARE,
    )
    return rule, {
        label: BandChoice(
            label=str(label),
            hold=_hold_edge(each, hold, wanted),
            remove=_remove_edge(each, hold),
        )
        for (label, each), hold in zip(evidence.items(), holds, strict=True)
    }


def estimated_precision(recall: float, false_positives: float, rate: float) -> float:
    """0 where nothing reaches the edge."""
    right, wrong = recall * rate, false_positives * (1 - rate)
    return right / (right + wrong) if right + wrong else 0.0


def _held_too_much(traffic: Mapping[str, "Floats"], holds: Sequence[float]) -> str:
    """The first set of which too large a share would be held; empty if none."""
    import numpy as np

    edges = np.array(holds)
    for name, scores in traffic.items():
        if len(scores) and np.any(scores >= edges, axis=1).mean() > HELD_SHARE:
            return name
    return ""


def _shares(evidence: EdgeEvidence, at: float) -> tuple[float, float]:
    """Recall, and the false-positive share with half a row added: having seen none does not prove
    that there are none."""
    recalls = [share_at(each, at) for each in evidence.positives]
    passed = int((evidence.clean >= at).sum())
    return sum(recalls) / max(1, len(recalls)), (passed + 0.5) / (len(evidence.clean) + 1)


def _precision(evidence: EdgeEvidence, at: float, rate: float | None = None) -> float:
    return estimated_precision(*_shares(evidence, at), evidence.rate if rate is None else rate)


def _curve(evidence: EdgeEvidence, low: float, high: float) -> list[tuple[float, float]]:
    """Every hundredth from low to high, with the precision at it."""
    grid = [number / 100 for number in range(round(low * 100), round(high * 100) + 1)]
    return [(at, _precision(evidence, at)) for at in grid]


def _lowest(curve: Sequence[tuple[float, float]], wanted: float) -> float:
    return next((at for at, precision in curve if precision >= wanted), curve[-1][0])


def _hold_edge(evidence: EdgeEvidence, at: float, wanted: float) -> Edge:
    return _edge(evidence, at, "precision" if _precision(evidence, at) >= wanted else "highest")


def _remove_edge(evidence: EdgeEvidence, hold: float) -> Edge | None:
    shown = [
        at
        for at, precision in _curve(evidence, hold + 0.01, HIGHEST_EDGE)
        if precision >= REMOVE_PRECISION
    ]
    at = next((at for at in shown if share_at(evidence.clean, at) <= REMOVED_SHARE), None)
    if at is None:
        return None
    return _edge(evidence, at, "clean share" if at > shown[0] else "precision")


def _edge(evidence: EdgeEvidence, at: float, bound: str) -> Edge:
    clean = share_of(int((evidence.clean >= at).sum()), len(evidence.clean))
    recall = tuple(share_of(int((p >= at).sum()), len(p)) for p in evidence.positives)
    return Edge(
        at=at,
        bound=bound,
        clean=clean,
        recall=recall,
        precision=_precision(evidence, at),
        interval=_precision_interval(clean, recall, evidence.rate),
        precision_at_rates={f"{rate:.0%}": _precision(evidence, at, rate) for rate in OTHER_RATES},
    )


def _precision_interval(clean: Share, recall: Sequence[Share], rate: float) -> Interval:
    """From draws of every share (Jeffreys: beta with a half more of each kind)."""
    import numpy as np

    chance = np.random.default_rng(_SEED)

    def drawn(share: Share) -> "Floats":
        missed = share.rows - share.count
        return chance.beta(share.count + 0.5, missed + 0.5, _DRAWS)

    wrong = drawn(clean) * (1 - rate)
    right = sum((drawn(each) for each in recall), np.zeros(_DRAWS)) / max(1, len(recall)) * rate
    low, high = np.quantile(right / (right + wrong), (0.025, 0.975))
    return float(low), float(high)
