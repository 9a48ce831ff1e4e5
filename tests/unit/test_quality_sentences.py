"""The sentences of the page Quality: in English as on the command line, and in other languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation import quality_words
from core.moderation.agreement import Figure95, agreement
from core.moderation.estimates import MissedAbuse, ShareEstimate, share_of
from dashboard.quality.sentences import (
    agreement_words,
    chance_figure,
    hidden_words,
    missed_words,
    percent_figure,
    share_words,
)
from dashboard.staff_texts import reading
from tests.unit.test_quality_words import pairs

FIGURE = Figure95(0.844, 0.78, 0.901)
AGREED = [
    None,
    *(
        agreement(pairs(*counts))
        for counts in ((1, 0, 0), (2, 1, 3), (40, 10, 50), (0, 0, 100), (1_200, 7, 4))
    ),
]
MISSED = [
    MissedAbuse(0, 0, None, None),
    MissedAbuse(1_200, 7, None, None),
    MissedAbuse(1_000, 100, ShareEstimate(0.03, 0.01, 0.085, 100), None),
    MissedAbuse(500, 50, share_of(0, 50), share_of(50, 50)),
    MissedAbuse(5_000, 50, share_of(3, 50), share_of(40, 50)),
]


@given(st.floats(0, 1))
def test_shares_read_as_on_the_command_line(share: float) -> None:
    assert share_words(share) == quality_words.percent(share)


@given(*[st.none() | st.builds(Figure95, *[st.floats(-1, 1)] * 3)])
def test_figures_read_as_on_the_command_line(figure: Figure95 | None) -> None:
    assert percent_figure(figure) == quality_words.percent_figure(figure)
    assert chance_figure(figure) == quality_words.chance_figure(figure)


def test_sentences_read_as_on_the_command_line() -> None:
    for agreed in AGREED:
        assert agreement_words(agreed) == quality_words.agreement_words(agreed)
    for missed in MISSED:
        assert missed_words(missed) == quality_words.missed_words(missed)
        assert hidden_words(missed) == quality_words.found_words(missed)


@pytest.mark.parametrize("language", ["de", "fr"])
def test_no_sentence_stays_english(language: str) -> None:
    with reading(language):
        said = [*map(agreement_words, AGREED), *map(missed_words, MISSED)]
        said += map(hidden_words, MISSED)
    english = [*map(agreement_words, AGREED), *map(missed_words, MISSED)]
    english += map(hidden_words, MISSED)
    assert not set(said) & set(english)


def test_figures_have_the_signs_of_the_language() -> None:
    with reading("de"):
        assert percent_figure(FIGURE) == "84 % (78 – 90)"
        assert chance_figure(FIGURE) == "0,84 (0,78 – 0,90)"
        assert share_words(0.9999) == "über 99,9 %"
        assert share_words(0.0123) == "1,2 %"
    with reading("fr"):
        assert share_words(0.0001) == "moins de 0,1 %"
