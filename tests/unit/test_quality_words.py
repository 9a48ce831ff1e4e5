"""The sentences about quality: never 100 % of what was estimated."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.agreement import AnswerPair, Figure95, agreement
from core.moderation.estimates import MissedAbuse, ShareEstimate, share_of
from core.moderation.quality_words import (
    NOBODY,
    agreement_words,
    chance_figure,
    found_words,
    missed_words,
    percent,
    percent_figure,
)

NOTHING = MissedAbuse(passed=0, checked=0, missed=None, found=None)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0 %"),
        (0.0001, "under 0.1 %"),
        (0.0123, "1.2 %"),
        (0.05, "5 %"),
        (0.1, "10 %"),
        (0.844, "84 %"),
        (0.994, "99 %"),
        (0.996, "99.6 %"),
        (0.9996, "over 99.9 %"),
        (1.0, "over 99.9 %"),
    ],
)
def test_percents(share: float, words: str) -> None:
    assert percent(share) == words


@given(st.floats(0, 1))
def test_no_share_is_called_all(share: float) -> None:
    assert "100" not in percent(share)


def test_figures_have_their_interval() -> None:
    assert percent_figure(Figure95(0.844, 0.78, 0.901)) == "84 % (78 – 90)"
    assert chance_figure(Figure95(0.61, 0.4, 0.779)) == "0.61 (0.40 – 0.78)"
    assert percent_figure(None) == chance_figure(None) == "–"


def pairs(both: int, one: int, none: int) -> list[AnswerPair]:
    return [
        *[AnswerPair(first=True, second=True)] * both,
        *[AnswerPair(first=True, second=False)] * one,
        *[AnswerPair(first=False, second=False)] * none,
    ]


def test_few_texts_are_called_too_few() -> None:
    assert agreement_words(None) == NOBODY
    assert agreement_words(agreement(pairs(1, 0, 0))) == (
        "1 text had a second look: too few to conclude from, it takes 100. So far two people said "
        "the same of 100 %."
    )


def test_enough_texts_have_both_agreements() -> None:
    words = agreement_words(agreement(pairs(40, 10, 50)))
    assert words.startswith("Two people said the same of 90 % of 100 texts (between ")
    assert "Where one removes, the other does in 89 % of the cases (between " in words
    assert agreement_words(agreement(pairs(0, 0, 100))).endswith("Nobody would remove any of them.")


def test_missed_abuse_is_unknown_without_enough_checks() -> None:
    words = missed_words(replace(NOTHING, passed=1_200, checked=7))
    assert "unknown: of 1,200 comments that it approved, 7 were drawn" in words
    assert "it takes 20" in words
    assert "unknown" in found_words(NOTHING)


def test_missed_abuse_has_an_interval_and_a_count() -> None:
    found = MissedAbuse(1_000, 100, ShareEstimate(0.03, 0.01, 0.085, 100), None)
    assert missed_words(found) == (
        "100 of 1,000 approved comments were drawn and checked; 3 % were abuse (between 1 % "
        "and 8.5 %), about 30 in all."
    )


def test_of_what_was_not_seen_there_is_a_limit() -> None:
    missed, all_found = share_of(0, 50), share_of(50, 50)
    assert missed_words(MissedAbuse(500, 50, missed, None)) == (
        "50 of 500 approved comments were drawn and checked; none was abuse, so at most 7.1 % of "
        "them are."
    )
    words = found_words(MissedAbuse(500, 50, missed, all_found))
    assert words == "Of all abuse at least 93 % is hidden."
    some = found_words(MissedAbuse(500, 50, missed, share_of(40, 50)))
    assert some == "Of all abuse 80 % is hidden (between 67 % and 89 %)."
