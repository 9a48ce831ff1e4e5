"""What a site's model and the shipped one do with the test rows and with the functional suite."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.inference.manifest import Band
from core.moderation.cleaning import clean_text
from core.moderation.scores import Label
from core.training.data.datasets import MODEL_LABELS
from core.training.evaluation.calibration import fit_temperature
from core.training.evaluation.functional import function_results, read_suite, suite_examples
from core.training.evaluation.intervals import share_of
from core.training.evaluation.scoring import ScoredRows, targets_of
from core.training.site.comparison import ComparedRows
from core.training.site.report import Held
from core.training.site.rows import SiteRow
from core.training.site.scoring import SERVED, score_rows
from core.training.site.settings import FEWEST
from core.training.site.sides import SideRow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_EDGE = 1e-7
"""Scores are floats of 32 bits: nearer to 0 and 1 they hardly tell logits apart."""


def scored(rows: Sequence[SideRow], scores: "Floats") -> ScoredRows:
    """The rows as the shipped model's evaluation reads them."""
    examples = tuple(each.example for each in rows)
    return ScoredRows(examples, targets_of(examples), scores)


def fit_temperatures(rows: Sequence[SideRow], scores: "Floats") -> dict[Label, float]:
    """One for each label of which there are enough rows."""
    given = scored(rows, scores)
    weights = np.array([each.row.weight for each in rows])
    found = {}
    for column, label in enumerate(MODEL_LABELS):
        targets, values = given.known(label)
        if min(int(targets.sum()), int((~targets).sum())) < FEWEST:
            continue
        inside = np.clip(values, _EDGE, 1 - _EDGE)
        known = ~np.isnan(given.targets[:, column])
        found[label] = fit_temperature(targets, np.log(inside / (1 - inside)), weights[known])
    return found


def compared_rows(rows: Sequence[SideRow]) -> ComparedRows:
    """What the comparison needs of them."""
    return ComparedRows(
        targets=targets_of([each.example for each in rows]),
        weights=np.array([each.row.weight for each in rows]),
        groups=[each.group for each in rows],
    )


def held(rows: Sequence[SideRow], scores: "Floats", bands: Mapping[Label, Band]) -> Held:
    """Rows that reach the hold edge of any label."""
    reached = np.any(scores >= [bands[label].hold for label in MODEL_LABELS], axis=1)
    abusive = np.array([each.row.is_positive for each in rows])
    return Held(
        abusive=share_of(int((reached & abusive).sum()), int(abusive.sum())),
        clean=share_of(int((reached & ~abusive).sum()), int((~abusive).sum())),
    )


def suite_passed(folder: Path, bands: Mapping[Label, Band]) -> tuple[int, int]:
    """How many cases of the functional suite pass, and how many there are."""
    suite = read_suite()
    unknown: tuple[float | None, ...] = (None,) * len(MODEL_LABELS)
    rows = [
        SiteRow(function.name, clean_text(case), unknown)
        for function in suite
        for case in function.cases
    ]
    examples = tuple(suite_examples(suite))
    found = ScoredRows(examples, targets_of(examples), score_rows(folder, rows, SERVED))
    holds = {label: band.hold for label, band in bands.items()}
    results = function_results(suite, found, holds)
    return sum(each.passed.count for each in results), len(rows)
