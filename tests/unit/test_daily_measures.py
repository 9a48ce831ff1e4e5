"""What is watched for drift, from rows with known answers."""

import numpy as np

from core.moderation.daily_drift import BinKind, DailyCounts
from core.moderation.daily_measures import (
    DAY_US,
    FLAG_RATE,
    LANGUAGE,
    LENGTH,
    NOT_ASSESSED,
    NOT_CONFIRMED,
    TextCount,
    measures_of,
)
from core.moderation.history import KEPT, NOT_JUDGED, REMOVED, History
from tests.unit.test_simulation import history


def on_days(past: History, days: list[int]) -> History:
    past.received_at[:] = np.asarray(days) * DAY_US + 5
    return past


def named(measures: tuple[DailyCounts, ...], name: str) -> DailyCounts:
    return next(one for one in measures if one.name == name)


def test_nothing_has_no_measure() -> None:
    assert measures_of(history([]), []) == ()


def test_flags_and_scores_are_counted_by_the_day_a_text_came_in() -> None:
    past = on_days(history([0.1, 0.9, 0.6, 0.2, 1.0]), [3, 3, 3, 5, 5])
    found = measures_of(past, [])
    assert [one.name for one in found] == [FLAG_RATE, "score: toxicity"]
    flags, scores = found
    assert flags.days.tolist() == [3, 5]
    assert flags.counts.tolist() == [[1, 2], [1, 1]]
    assert (flags.kind, scores.kind) == (BinKind.SHARE, BinKind.ORDERED)
    assert scores.counts.sum(axis=1).tolist() == [3, 2]
    assert scores.counts[1, 10] == 1
    assert scores.counts[1, -1] == 1  # a score of 1 has no bin of its own
    np.testing.assert_allclose(scores.means(), [(0.11 + 0.91 + 0.61) / 3, (0.21 + 0.99) / 2])


def test_a_flag_is_confirmed_by_a_removal_and_counts_only_once_judged() -> None:
    past = history([0.9, 0.9, 0.9, 0.1], verdicts=[KEPT, REMOVED, NOT_JUDGED, KEPT])
    found = named(measures_of(on_days(past, [1, 1, 1, 1]), []), NOT_CONFIRMED)
    assert found.counts.tolist() == [[1, 1]]
    assert found.means().tolist() == [0.5]


def test_texts_are_counted_by_size_language_and_assessment() -> None:
    texts = [
        TextCount(7, "en", 0, True, 60),
        TextCount(7, "en", 3, True, 20),
        TextCount(7, "de", 0, False, 15),
        TextCount(7, None, 0, True, 5),
        TextCount(9, "en", 1, True, 10),
    ]
    found = measures_of(history([]), texts)
    lengths, languages, assessed = (named(found, name) for name in (LENGTH, LANGUAGE, NOT_ASSESSED))
    assert lengths.counts[:, :4].tolist() == [[80, 0, 0, 20], [0, 10, 0, 0]]
    np.testing.assert_allclose(lengths.means(), [(80 * 5 + 20 * 60) / 100, 15])
    assert languages.bin_names == ("English", "German", "unsure")
    assert languages.counts.tolist() == [[80, 15, 5], [10, 0, 0]]
    np.testing.assert_allclose(languages.means(), [0.2, 0])
    assert assessed.counts.tolist() == [[85, 15], [10, 0]]
