"""Clauses of the rules: their translations, and how long new ones may be."""

from dataclasses import replace

import pytest

from core.errors import InvalidPolicy
from core.moderation.default_policy import REASONS
from core.moderation.reasons import (
    MOST_CODE_CHARS,
    MOST_TITLE_CHARS,
    MOST_WORDS_CHARS,
    Reason,
    ReasonTranslation,
    check_lengths,
    check_reasons,
)

RULE = Reason("noise", "Noise", "Do not shout.")


def test_a_translation_takes_the_place_of_the_one_before_and_goes_without_words() -> None:
    german = RULE.translated("de", "Lärm", "Nicht schreien.")
    both = german.translated("fr", "Bruit", "Ne criez pas.")
    again = both.translated("de", "Krach", "Nicht brüllen.")
    assert [one.language for one in again.translations] == ["de", "fr"]
    assert again.translation("de") == ReasonTranslation("de", "Krach", "Nicht brüllen.")
    assert again.translation("nl") is None
    assert again.translated("fr", "", "").translations == (again.translation("de"),)
    assert german.translated("de", "", "") == RULE


def test_half_a_translation_and_the_same_language_twice_are_refused() -> None:
    with pytest.raises(InvalidPolicy, match="reason 'noise', translation 'de': it needs"):
        check_reasons([RULE.translated("de", "Lärm", "")])
    twice = (ReasonTranslation("de", "a", "b"), ReasonTranslation("de", "c", "d"))
    with pytest.raises(InvalidPolicy, match="translation 'de' appears twice"):
        check_reasons([replace(RULE, translations=twice)])
    check_reasons([*REASONS, RULE.translated("de", "Lärm", "Nicht schreien.")])


@pytest.mark.parametrize(
    ("long", "said"),
    [
        (replace(RULE, code="x" * (MOST_CODE_CHARS + 1)), "its code has 41 characters"),
        (replace(RULE, title="x" * (MOST_TITLE_CHARS + 1)), "its title has 81 characters"),
        (replace(RULE, text="x" * (MOST_WORDS_CHARS + 1)), "its text has 2,001 characters"),
        (RULE.translated("de", "x" * (MOST_TITLE_CHARS + 1), "y"), "its title has 81 characters"),
        (RULE.translated("de", "x", "y" * (MOST_WORDS_CHARS + 1)), "its text has 2,001 characters"),
    ],
)
def test_new_words_have_a_length_that_can_be_shown(long: Reason, said: str) -> None:
    with pytest.raises(InvalidPolicy, match=said):
        check_lengths([RULE], [long])
    check_lengths([long], [long])  # as it was: it stays


def test_words_may_be_as_long_as_allowed() -> None:
    longest = Reason("c" * MOST_CODE_CHARS, "t" * MOST_TITLE_CHARS, "w" * MOST_WORDS_CHARS)
    check_lengths([], [longest])
