"""The edges of a site's model: chosen from its rows by the rules of the shipped model where those
rows show that they hold, and the shipped model's otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.inference.manifest import Band
from core.moderation.scores import Label
from core.training.data.datasets import MODEL_LABELS
from core.training.evaluation.scoring import ScoredRows
from core.training.evaluation.thresholds import (
    HOLD_PRECISION,
    REMOVE_PRECISION,
    BandChoice,
    Edge,
    EdgeEvidence,
    choose_bands,
)
from core.training.site.settings import FEWEST

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SiteEdges:
    """`shown` names the labels and edges that the site's rows changed, e.g. `threat hold`;
    `why_not` says why there is none."""

    bands: Mapping[Label, Band]
    shown: tuple[str, ...] = ()
    why_not: str = ""


def site_edges(scored: ScoredRows, base: Mapping[Label, Band]) -> SiteEdges:
    """`scored` is a random sample of the site's comments that nothing was learnt from."""
    import numpy as np

    clean = ~np.any(np.nan_to_num(scored.targets) >= 0.5, axis=1)
    evidence = {label: _evidence(scored, label) for label in MODEL_LABELS}
    _, choices = choose_bands(evidence, {"site": scored.scores[clean]})
    bands, shown = dict(base), []
    for label, choice in choices.items():
        if min(sum(map(len, evidence[label].positives)), len(evidence[label].clean)) < FEWEST:
            continue
        band, changed = _shown(choice, base[label])
        bands[label] = band
        shown += [f"{label} {name}" for name in changed]
    why_not = "" if shown else "the rows are too few to show that another edge holds"
    return SiteEdges(bands, tuple(shown), why_not)


def _evidence(scored: ScoredRows, label: Label) -> EdgeEvidence:
    targets, scores = scored.known(label)
    positives = scores[targets]
    return EdgeEvidence(
        clean=scores[~targets],
        positives=(positives,) if len(positives) else (),
        rate=len(positives) / max(1, len(scores)),
    )


def _shown(choice: BandChoice, base: Band) -> tuple[Band, list[str]]:
    """An edge is shown to hold where the whole interval of its precision does."""
    hold, remove, changed = base.hold, base.remove, []
    if _holds(choice.hold, HOLD_PRECISION):
        hold, changed = choice.hold.at, ["hold"]
    if choice.remove is not None and _holds(choice.remove, REMOVE_PRECISION):
        remove, changed = choice.remove.at, [*changed, "remove"]
    is_ordered = remove is None or hold < remove
    return (Band(hold, remove), changed) if is_ordered else (base, [])


def _holds(edge: Edge, precision: float) -> bool:
    # "highest" is where the search ended, not an edge that was found.
    return edge.bound != "highest" and edge.interval[0] >= precision
