"""What a site's rows are enough for, and what is fitted to them and counted of them."""

import numpy as np
import pytest

from core.errors import InvalidInput
from core.inference.manifest import Band
from core.moderation.scores import Label
from core.training.data.datasets import MODEL_LABELS
from core.training.evaluation.calibration import fit_temperature
from core.training.site.measuring import fit_temperatures, held
from core.training.site.plan import plan_of
from core.training.site.rows import SiteRow
from core.training.site.sides import FITTED_SHARES, divide

INSULT = MODEL_LABELS.index(Label.INSULT)


def rows(count: int, insults: int) -> list[SiteRow]:
    """Spread evenly; the others are known to be no insult."""
    positive = set(np.linspace(0, count - 1, insults, dtype=int).tolist())
    return [
        SiteRow(
            f"row {number}",
            f"this is the comment with the number {number}",
            tuple(float(number in positive) if at == INSULT else None for at in range(5)),
            weight=1.0 + number % 3,
        )
        for number in range(count)
    ]


@pytest.mark.parametrize(
    ("count", "insults", "not_tuned", "why"),
    [
        (199, 60, "that takes 200 labelled rows, and there are 199", "a row is missing"),
        (200, 60, "", "enough"),
        (200, 12, "that takes 10 rows to learn with one of the labels", "7 of 12 are to learn"),
        (200, 188, "that takes 10 rows to learn with one of the labels", "7 of 12 are to learn"),
        (200, 20, "", "12 of 20 are to learn"),
    ],
)
def test_the_network_is_tuned_from_enough_rows_of_both_classes(
    count: int, insults: int, not_tuned: str, why: str
) -> None:
    plan = plan_of(rows(count, insults), ("en",))
    assert plan.not_tuned.startswith(not_tuned), why
    assert bool(plan.not_tuned) is bool(not_tuned)
    assert bool(plan.sides.train) is not bool(plan.not_tuned)
    assert plan.counts.known["insult"] == count
    assert plan.counts.positives == dict.fromkeys(MODEL_LABELS, 0) | {"insult": insults}


def test_nineteen_rows_are_too_few_for_anything() -> None:
    with pytest.raises(InvalidInput, match=r"19 of 19 rows have a label .* at least 20 are needed"):
        plan_of(rows(19, 9), ("en",))
    assert plan_of(rows(20, 9), ("en",)).not_tuned


def test_a_temperature_needs_ten_rows_of_each_class_and_counts_weights() -> None:
    chance = np.random.default_rng(5)
    for insults, is_fitted in ((18, False), (20, True), (380, True), (382, False)):
        sides = divide(rows(400, insults), FITTED_SHARES)
        scores = chance.uniform(0.01, 0.99, (len(sides.test), len(MODEL_LABELS)))
        found = fit_temperatures(sides.test, scores)
        assert set(found) == ({Label.INSULT} if is_fitted else set()), insults
    sides = divide(rows(400, 200), FITTED_SHARES)
    targets = np.array([each.row.targets[INSULT] == 1.0 for each in sides.test])
    scores = np.repeat(np.where(targets, 0.7, 0.2)[:, None], 5, axis=1)
    scores[::7] = 1 - scores[::7]
    weights = np.array([each.row.weight for each in sides.test])
    logits = np.log(scores / (1 - scores))[:, INSULT]
    assert fit_temperatures(sides.test, scores)[Label.INSULT] == fit_temperature(
        targets, logits, weights
    )


def test_a_row_is_held_once_any_label_reaches_its_edge() -> None:
    sides = divide(rows(40, 10), FITTED_SHARES)
    scores = np.full((len(sides.test), len(MODEL_LABELS)), 0.1)
    scores[:, 0] = [0.5 if each.row.is_positive else 0.49 for each in sides.test]
    bands = dict.fromkeys(MODEL_LABELS, Band(0.5, 0.9))
    found = held(sides.test, scores, bands)
    assert (found.abusive.count, found.abusive.rows) == (5, 5)
    assert (found.clean.count, found.clean.rows) == (0, 15)
    scores[:, 4] = 0.5
    assert held(sides.test, scores, bands).clean.count == 15
