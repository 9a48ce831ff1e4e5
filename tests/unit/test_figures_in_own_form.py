"""Figures and names that come in English, in the reader's form."""

import pytest

from dashboard.language_names import name_of_language
from dashboard.shares import in_own_form, interval_words, share_words
from dashboard.staff_texts import reading


@pytest.mark.parametrize(
    ("share", "english", "german"),
    [
        (0.0, "0 %", "0 %"),
        (0.0001, "under 0.1 %", "unter 0,1 %"),
        (0.003, "0.3 %", "0,3 %"),
        (0.84, "84 %", "84 %"),
        (0.9999, "over 99.9 %", "über 99,9 %"),
    ],
)
def test_a_share_is_never_rounded_to_all_or_nothing(
    share: float, english: str, german: str
) -> None:
    assert share_words(share) == english
    with reading("de"):
        assert share_words(share) == german


def test_an_interval_has_both_ends() -> None:
    with reading("fr"):
        assert interval_words(0.003, 0.91) == "entre 0,3 % et 91 %"


def test_a_figure_has_the_readers_signs() -> None:
    assert in_own_form("1,200.5 ms") == "1,200.5 ms"
    with reading("de"):
        assert in_own_form("1,200.5 ms") == "1.200,5 ms"


def test_a_language_without_a_name_in_the_readers_texts_has_its_english_one() -> None:
    with reading("de"):
        assert [name_of_language(code) for code in ("de", "zu", "xx")] == [
            *("Deutsch", "Zulu", "another language"),
        ]
