"""The words of the page Second looks."""

from core.moderation.estimates import ShareEstimate
from core.moderation.quality_words import golden_words as golden_words_in_english
from dashboard.second_looks.wording import golden_words
from dashboard.staff_texts import reading


def test_golden_results_are_told_in_the_same_words_as_elsewhere() -> None:
    assert golden_words(None) == ""
    for share, low, high in ((11 / 12, 0.65, 0.99), (1, 0.0001, 1), (0.003, 0.0012, 0.0996)):
        found = ShareEstimate(share, low, high, 1_200)
        assert golden_words(found) == golden_words_in_english(found)


def test_golden_results_in_german() -> None:
    with reading("de"):
        assert golden_words(ShareEstimate(0.5, 0.123, 0.9996, 2)) == (
            "Unter Ihren zweiten Blicken waren 2 Texte, bei denen sich drei Personen sicher waren. "
            "Bei 1 davon sagten Sie dasselbe (zwischen 12 % und über 99,9 %)."
        )
        assert "1 Text, bei dem" in golden_words(ShareEstimate(1, 0.05, 0.995, 1))
