"""Changes in words: sign, unit, colour and what they are worth."""

from math import inf

import pytest

from core.services.comparison import Comparand, ComparedWith
from core.servinglog.comparing.differences import ChangeVerdict, MeasuredFigure, change
from core.servinglog.comparing.intervals import Estimate
from dashboard.latency.change_wording import (
    MEANINGS,
    NOTES,
    change_words,
    comparand_label,
    interval,
    signed,
)


def changed(new: float, old: float, reach: float):
    def measured(value: float) -> MeasuredFigure:
        one = Estimate(value, value - reach, value + reach)
        return MeasuredFigure(one, one)

    return change(measured(new), measured(old))


@pytest.mark.parametrize(
    ("name", "value", "old", "words"),
    [
        ("p95", 9.96, 50, "+10 ms"),
        ("p95", -1234.0, 5000, "-1,234 ms"),
        ("p50", 0.32, 15, "+0.3 ms"),
        ("comments_per_s", 3, 100, "+3 %"),
        ("comments_per_s", 0.5, 0, "+0.5 /s"),
        ("error_share", -0.003, 0.01, "-0.30 pp"),
        ("refused_share", 0.02, 0.0, "+2.00 pp"),
    ],
)
def test_change_has_a_sign_and_a_unit(name: str, value: float, old: float, words: str) -> None:
    assert signed(name, value, old) == words


def test_more_is_red_for_latency_and_grey_for_throughput() -> None:
    assert change_words("p95", changed(64, 55, 2)).color == "red"
    assert change_words("p95", changed(55, 64, 2)).color == "green"
    assert change_words("comments_per_s", changed(64, 55, 2)).color == "gray"
    assert change_words("p95", changed(56, 55, 2)).color == "gray"


def test_words_say_what_the_change_is_worth() -> None:
    words = change_words("p95", changed(64, 55, 2))
    assert (words.delta, words.note) == ("+9.0 ms", "more than noise")
    assert words.why.startswith("99 % interval of the change: +6.2 ms to +12 ms.")
    assert change_words("p95", changed(64, 55, 20)).note == "within noise"
    assert set(NOTES) == set(MEANINGS) == set(ChangeVerdict)


def test_a_written_change_stands_for_its_share() -> None:
    assert change_words("refused_share", changed(0.5, 0.1, 0.01), "+83").delta == "+83"


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (Estimate(64, 61, 68), "61 ms to 68 ms"),
        (Estimate(64, 61, inf), "at least 61 ms"),
        (Estimate(64, -inf, 68), "at most 68 ms"),
        (Estimate(64), None),
    ],
)
def test_interval_with_open_ends(estimate: Estimate, words: str | None) -> None:
    assert interval("p95", estimate) == words


def test_comparands_are_named() -> None:
    assert comparand_label(Comparand()) == "the time before"
    assert comparand_label(Comparand(ComparedWith.BACKEND, "gpu")) == "backend gpu"
    assert comparand_label(Comparand(ComparedWith.REVISION, "gpu", "7c1e")) == "gpu, version 7c1e"
