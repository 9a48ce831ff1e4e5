"""Measures scored rows: each set and label, calibration, parity of int8, effects of the bands."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from core.inference.manifest import Band
from core.moderation.cleaning import clean_text
from core.moderation.scores import Label
from core.training.data.catalogue import MACHINE_SETS
from core.training.data.datasets import MODEL_LABELS, Example
from core.training.data.own_examples import OWN_SOURCES
from core.training.evaluation.bias import template_of
from core.training.evaluation.calibration import TemperatureFit, calibrate
from core.training.evaluation.intervals import share_of
from core.training.evaluation.measures import LabelMetrics, measure, roc_auc
from core.training.evaluation.report import Effect, Parity, Probe
from core.training.evaluation.scoring import ExportedNetwork, ScoredRows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IDENTITY_SET = "identity_templates_dev"


def by_people(scored: ScoredRows) -> ScoredRows:
    """Rows written by people and labelled by people."""
    left_out = (*MACHINE_SETS, *OWN_SOURCES)
    return scored.where([example.source not in left_out for example in scored.examples])


def measure_sets(scored: ScoredRows) -> list[LabelMetrics]:
    """Every set in it, then the sets labelled by people together as `all`, each with every label
    known there."""
    names = list(dict.fromkeys(example.source for example in scored.examples))
    parts = [(name, scored.of(name)) for name in names]
    if len(names) > 1:
        parts.append(("all", by_people(scored)))
    found = []
    for name, part in parts:
        for label in MODEL_LABELS:
            rows = part.where(~_unknown(part, label))
            if rows.examples:
                groups = [_group_of(example) for example in rows.examples]
                found.append(measure(name, str(label), *rows.known(label), groups))
    return found


def _group_of(example: Example) -> str:
    """Rows of one template or pair belong together; the last key names the group."""
    return template_of(example.text) if example.source == IDENTITY_SET else example.keys[-1]


def calibrate_labels(
    scored: ScoredRows, temperatures: Mapping[Label, float]
) -> list[TemperatureFit]:
    """Each label on the rows of people that know it."""
    rows = by_people(scored)
    return [
        calibrate(str(label), *rows.known(label), temperatures[label]) for label in MODEL_LABELS
    ]


def effect_on(
    name: str, scored: ScoredRows, bands: Mapping[Label, Band], *, low_rate: bool
) -> Effect:
    """The effect of the edges of all labels; rows with unknown toxicity count as clean."""
    import numpy as np

    toxic = scored.targets[:, 0] >= 0.5
    held = np.any(scored.scores >= [bands[label].hold for label in MODEL_LABELS], axis=1)
    removed = np.any(scored.scores >= _remove_edges(bands), axis=1)
    clean = int((~toxic).sum())
    caught = int((held & toxic).sum())
    return Effect(
        data_set=name,
        low_rate=low_rate,
        labelled=bool((~_unknown(scored, Label.TOXICITY)).any()),
        clean_held=share_of(int((held & ~toxic).sum()), clean),
        clean_removed=share_of(int((removed & ~toxic).sum()), clean),
        toxic_held=share_of(caught, int(toxic.sum())),
        toxic_among_held=share_of(caught, int(held.sum())),
    )


def effects_on_sets(scored: ScoredRows, bands: Mapping[Label, Band]) -> list[Effect]:
    """One line for each set with toxicity labels from people."""
    known = by_people(scored)
    known = known.where(~_unknown(known, Label.TOXICITY))
    names = dict.fromkeys(example.source for example in known.examples)
    return [effect_on(name, known.of(name), bands, low_rate=False) for name in names]


def compare(wide: ScoredRows, narrow: ScoredRows, bands: Mapping[Label, Band]) -> Parity:
    """Compares the model in a lower precision with the reference on the same comments."""
    import numpy as np

    apart = np.abs(wide.scores - narrow.scores)
    return Parity(
        rows=len(wide.examples),
        largest=float(apart.max()),
        p99=float(np.quantile(apart, 0.99)),
        mean=float(apart.mean()),
        flips_hold=_flips(wide, narrow, [bands[label].hold for label in MODEL_LABELS]),
        flips_remove=_flips(wide, narrow, _remove_edges(bands)),
        auc_lost={str(label): _auc_lost(wide, narrow, label) for label in MODEL_LABELS},
    )


def probe(network: ExportedNetwork, texts: Sequence[str]) -> tuple[Probe, ...]:
    """Scores of single sentences, rounded to three digits."""
    scored = network.score_texts([clean_text(text) for text in texts]).tolist()
    return tuple(
        Probe(text, {str(lab): round(s, 3) for lab, s in zip(MODEL_LABELS, row, strict=True)})
        for text, row in zip(texts, scored, strict=True)
    )


def _remove_edges(bands: Mapping[Label, Band]) -> list[float]:
    """Above any score where nothing is removed."""
    edges = [bands[label].remove for label in MODEL_LABELS]
    return [math.inf if edge is None else edge for edge in edges]


def _unknown(scored: ScoredRows, label: Label) -> "NDArray[np.bool_]":
    import numpy as np

    return np.isnan(scored.targets[:, MODEL_LABELS.index(label)])


def _flips(wide: ScoredRows, narrow: ScoredRows, edges: Sequence[float]) -> int:
    import numpy as np

    limits = np.array(edges)
    return int(((wide.scores >= limits) != (narrow.scores >= limits)).sum())


def _auc_lost(wide: ScoredRows, narrow: ScoredRows, label: Label) -> float | None:
    targets, before = wide.known(label)
    _, after = narrow.known(label)
    if not 0 < targets.sum() < len(targets):
        return None
    return roc_auc(targets, before) - roc_auc(targets, after)
