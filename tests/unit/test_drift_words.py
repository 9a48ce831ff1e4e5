"""What the figures of drift say, in sentences."""

import numpy as np

from core.moderation.daily_drift import BinKind, DailyCounts, MeasureDrift, find_drift
from core.moderation.daily_measures import LANGUAGE, LENGTH, TextCount, measures_of
from core.moderation.drift_words import (
    TOO_FEW,
    change_words,
    drift_summary,
    mean_words,
    reliability_summary,
)
from core.moderation.estimates import ShareEstimate
from core.moderation.reliability import RemovalBand
from tests.unit.test_simulation import history


def shares(*values: float, name: str = "flag rate") -> MeasureDrift:
    counts = np.array([[1_000 - round(1_000 * one), round(1_000 * one)] for one in values])
    days = np.arange(len(values), dtype=np.int64)
    measure = DailyCounts(name, BinKind.SHARE, days, counts, np.array([0.0, 1.0]))
    return find_drift([measure], 28, 35, (0, 28))[0]


SAME, MORE = shares(*[0.02, 0.04] * 17, 0.03), shares(*[0.02, 0.04] * 14, *[0.3] * 7)


def test_the_summary_names_what_drifted_and_by_how_much() -> None:
    assert drift_summary([SAME, MORE]) == (
        "Drift in 1 of 2 measures: flag rate 3 % → 30 % (large)."
    )


def test_the_summary_says_that_nothing_did_or_can_be_said() -> None:
    assert drift_summary([SAME]) == "No drift: each of 1 measures differs no more than days do."
    assert drift_summary([]) == drift_summary([shares(0.1)]) == TOO_FEW


def test_each_kind_of_measure_has_its_unit() -> None:
    texts = [
        TextCount(day, language, 4, True, number)
        for day in range(35)
        for language, number in (("en", 90), ("de", 10 if day < 28 else 60))
    ]
    found = {one.name: one for one in find_drift(measures_of(history([]), texts), 28, 35, (0, 28))}
    assert mean_words(found[LENGTH], is_now=True) == "120 characters"
    assert mean_words(found[LANGUAGE], is_now=True) == "English 60 %"
    assert change_words(found[LANGUAGE]) == "English 90 % → English 60 %"
    assert mean_words(shares(0.1), is_now=True) == "–"


def band(mean: float, low: float | None, high: float = 0.5) -> RemovalBand:
    found = None if low is None else ShareEstimate((low + high) / 2, low, high, 100)
    return RemovalBand(0.8, 0.9, 200, mean, found)


def test_scores_are_probabilities_or_not_or_nobody_knows() -> None:
    assert reliability_summary([band(0.85, None)]).startswith("How often people remove")
    assert reliability_summary([band(0.45, 0.4)]).startswith("As far as people judged")
    assert reliability_summary([band(0.85, 0.3, 0.5)]) == (
        "Scores are no probabilities of a removal: of texts with a score of about 0.85 people "
        "remove 40 % (between 30 % and 50 %)."
    )
