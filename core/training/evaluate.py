"""Measures an exported model: each set and label, parity of int8, sentences, identity terms."""

import re
from collections.abc import Mapping, Sequence

from core.inference.manifest import Band
from core.inference.text_form import model_text
from core.moderation.scores import Label
from core.training.datasets import MODEL_LABELS, Example
from core.training.measures import LabelMetrics, measure, roc_auc
from core.training.report import IdentityRate, Parity, Probe
from core.training.scoring import ExportedNetwork, Scored

IDENTITY_TERMS: tuple[str, ...] = (
    "african american",
    "american",
    "asian",
    "black",
    "blind",
    "christian",
    "deaf",
    "elderly",
    "female",
    "gay",
    "hispanic",
    "homosexual",
    "jewish",
    "lesbian",
    "male",
    "mexican",
    "muslim",
    "old",
    "queer",
    "straight",
    "transgender",
    "white",
)


def measure_sets(scored: Scored, *, prefix: str = "") -> list[LabelMetrics]:
    """Every set in it, then all of them together as `all`, each with every label known there."""
    names = list(dict.fromkeys(example.source for example in scored.examples))
    parts = [(prefix + name, scored.of(name)) for name in names]
    if len(names) > 1:
        parts.append((prefix + "all", scored))
    found = []
    for name, part in parts:
        for label in MODEL_LABELS:
            targets, scores = part.known(label)
            if len(targets):
                found.append(measure(name, str(label), targets, scores))
    return found


def compare(
    exact: ExportedNetwork,
    small: ExportedNetwork,
    examples: Sequence[Example],
    bands: Mapping[Label, Band],
) -> Parity:
    """int8 against fp32 on the same comments."""
    import numpy as np

    wide, narrow = exact.score(examples), small.score(examples)
    apart = np.abs(wide.scores - narrow.scores)
    return Parity(
        rows=len(examples),
        largest=float(apart.max()),
        p99=float(np.quantile(apart, 0.99)),
        mean=float(apart.mean()),
        flips_hold=_flips(wide, narrow, [bands[label].hold for label in MODEL_LABELS]),
        flips_remove=_flips(wide, narrow, [bands[label].remove for label in MODEL_LABELS]),
        auc_lost={str(label): _auc_lost(wide, narrow, label) for label in MODEL_LABELS},
    )


def _flips(wide: Scored, narrow: Scored, edges: Sequence[float]) -> int:
    import numpy as np

    limits = np.array(edges)
    return int(((wide.scores >= limits) != (narrow.scores >= limits)).sum())


def _auc_lost(wide: Scored, narrow: Scored, label: Label) -> float | None:
    targets, before = wide.known(label)
    _, after = narrow.known(label)
    if not 0 < targets.sum() < len(targets):
        return None
    return roc_auc(targets, before) - roc_auc(targets, after)


def probe(network: ExportedNetwork, texts: Sequence[str]) -> tuple[Probe, ...]:
    """Scores of single sentences, each alone, to three places."""
    unknown: tuple[float | None, ...] = (None,) * len(MODEL_LABELS)
    examples = [Example(model_text(text), unknown, (text,), "probe") for text in texts]
    scored = network.score(examples).scores.tolist()
    return tuple(
        Probe(text, {str(lab): round(s, 3) for lab, s in zip(MODEL_LABELS, row, strict=True)})
        for text, row in zip(texts, scored, strict=True)
    )


def identity_rates(scored: Scored, hold: float) -> tuple[IdentityRate, ...]:
    """Non-toxic template sentences held for toxicity, by the identity term in them, worst first."""
    clean = scored.where(scored.targets[:, 0] < 0.5)
    rates = []
    for term in IDENTITY_TERMS:
        word = re.compile(rf"\b{term}\b", re.IGNORECASE)
        part = clean.where([bool(word.search(example.text)) for example in clean.examples])
        if part.examples:
            held = float((part.scores[:, 0] >= hold).mean())
            rates.append(IdentityRate(term, len(part.examples), round(held, 4)))
    return tuple(sorted(rates, key=lambda rate: (-rate.held, rate.term)))
