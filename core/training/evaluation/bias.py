"""Bias by identity term on template sentences (Borkan et al. 2019, "Nuanced metrics for measuring
unintended bias with real data for text classification").

Three ROC AUCs a term. Subgroup: rows that name the term. BPSN: abusive rows without it against
clean rows with it; low if the term alone raises scores. BNSP: clean rows without it against abusive
rows with it; low if the term alone lowers scores.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.moderation.scores import Label
from core.training.evaluation.intervals import Interval, Share, ranking_intervals, share_of
from core.training.evaluation.measures import roc_auc
from core.training.evaluation.scoring import ScoredRows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.floating]

IDENTITY_TERMS: tuple[str, ...] = (
    "african",
    "african american",
    "american",
    "asian",
    "bisexual",
    "black",
    "blind",
    "buddhist",
    "canadian",
    "catholic",
    "chinese",
    "christian",
    "cis",
    "deaf",
    "elderly",
    "european",
    "female",
    "gay",
    "heterosexual",
    "hispanic",
    "homosexual",
    "indian",
    "japanese",
    "jewish",
    "latina",
    "latino",
    "latinx",
    "lesbian",
    "lgbt",
    "lgbtq",
    "male",
    "mexican",
    "middle aged",
    "middle eastern",
    "millenial",
    "muslim",
    "nonbinary",
    "old",
    "older",
    "paralyzed",
    "protestant",
    "queer",
    "sikh",
    "straight",
    "taoist",
    "teenage",
    "trans",
    "transgender",
    "white",
    "young",
    "younger",
)
"""Spelled as in the template set."""

POWER = -5.0
_FEWEST = 5
_WORD = re.compile(
    r"\b(?:" + "|".join(sorted(IDENTITY_TERMS, key=len, reverse=True)) + r")\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Auc:
    """A ROC AUC; no interval where one class has too few rows."""

    value: float
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class TermBias:
    """One term; a measure is None where a class has fewer than five rows. `held`: clean rows that
    name it and reach the hold edge."""

    term: str
    rows: int
    positives: int
    subgroup: Auc | None
    bpsn: Auc | None
    bnsp: Auc | None
    held: Share


@dataclass(frozen=True, slots=True)
class BiasReport:
    """All terms, and for each measure the power mean (p = -5), which depends mostly on the worst
    terms."""

    rows: int
    templates: int
    terms: tuple[TermBias, ...]
    subgroup_mean: float | None
    bpsn_mean: float | None
    bnsp_mean: float | None


def terms_in(text: str) -> frozenset[str]:
    """The identity terms of a sentence, the longest spelling of each."""
    return frozenset(found.lower() for found in _WORD.findall(text))


def template_of(text: str) -> str:
    """The sentence without its terms: rows that share it are not independent evidence."""
    return " ".join(_WORD.sub("_", text.lower()).split())


def measure_bias(scored: ScoredRows, hold: float) -> BiasReport:
    """The bias of toxicity scores, for every term that occurs."""
    import numpy as np

    targets, scores = scored.known(Label.TOXICITY)
    named = [terms_in(example.text) for example in scored.examples]
    templates = [template_of(example.text) for example in scored.examples]
    rows = _Rows(targets, scores, np.array(templates, dtype=object))
    members = {term: np.array([term in each for each in named]) for term in IDENTITY_TERMS}
    terms = tuple(
        _term_bias(term, member, rows, hold) for term, member in members.items() if member.any()
    )
    return BiasReport(
        rows=len(scored.examples),
        templates=len(set(templates)),
        terms=terms,
        subgroup_mean=power_mean([each.subgroup.value for each in terms if each.subgroup]),
        bpsn_mean=power_mean([each.bpsn.value for each in terms if each.bpsn]),
        bnsp_mean=power_mean([each.bnsp.value for each in terms if each.bnsp]),
    )


def power_mean(values: Sequence[float], power: float = POWER) -> float | None:
    """The generalised mean; None for no values, 0 if any value is 0."""
    if not values:
        return None
    if min(values) <= 0:
        return 0.0
    return float((sum(value**power for value in values) / len(values)) ** (1 / power))


@dataclass(frozen=True, slots=True)
class _Rows:
    targets: "Bools"
    scores: "Floats"
    templates: "NDArray[np.object_]"

    def auc(self, chosen: "Bools") -> Auc | None:
        targets, scores = self.targets[chosen], self.scores[chosen]
        positives = int(targets.sum())
        if min(positives, len(targets) - positives) < _FEWEST:
            return None
        spread = ranking_intervals(targets, scores, self.templates[chosen].tolist())
        return Auc(roc_auc(targets, scores), spread[0] if spread else None)


def _term_bias(term: str, member: "Bools", rows: _Rows, hold: float) -> TermBias:
    targets = rows.targets
    clean = member & ~targets
    return TermBias(
        term=term,
        rows=int(member.sum()),
        positives=int((member & targets).sum()),
        subgroup=rows.auc(member),
        bpsn=rows.auc((targets & ~member) | clean),
        bnsp=rows.auc((~targets & ~member) | (member & targets)),
        held=share_of(int((rows.scores[clean] >= hold).sum()), int(clean.sum())),
    )
