"""The words of the page Second looks."""

from core.moderation.estimates import ShareEstimate
from dashboard.second_looks.wording import golden_words
from dashboard.staff_texts import reading


def test_golden_results_say_how_many() -> None:
    assert golden_words(None) == ""
    assert golden_words(ShareEstimate(11 / 12, 0.65, 0.99, 1_200)) == (
        "Among your second looks were 1,200 texts that three people were sure of. You said what "
        "they said of 1,100 (between 65 % and 99 %)."
    )


def test_golden_results_in_german() -> None:
    with reading("de"):
        assert golden_words(ShareEstimate(0.5, 0.123, 0.9996, 2)) == (
            "Unter Ihren zweiten Blicken waren 2 Texte, bei denen sich drei Personen sicher waren. "
            "Bei 1 davon sagten Sie dasselbe (zwischen 12 % und über 99,9 %)."
        )
        assert "1 Text, bei dem" in golden_words(ShareEstimate(1, 0.05, 0.995, 1))
