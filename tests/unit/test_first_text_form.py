"""The form of text by which teachers' scores are found; every case is for ever."""

import pytest

from core.training.data.first_text_form import first_text_form


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("", ""),
        ("plain", "plain"),
        ("a  b\n\nc", "a b c"),
        ("&lt;3 &amp; more", "<3 & more"),
        ("<p>one</p><i>two</i>", "one two"),
        ("<you idiot>", "<you idiot>"),
        ("see https://a.example/x?y=1 now", "see link now"),
        ("you \U0001f921", "you clown face"),
        ("\U0001f44d\U0001f3ff", "thumbs up sign dark skin"),
        ("from \U0001f1e8\U0001f1f3", "from cn"),
        ("\U0001d4ef\U0001d4fe\U0001d4ec\U0001d4f4 \uff46\uff55\uff4e", "fuck fun"),
        ("café naïve", "café naïve"),
    ],
)
def test_form(text: str, form: str) -> None:
    assert first_text_form(text) == form


def test_a_second_pass_changes_nothing() -> None:
    once = first_text_form("<b>\U0001f480</b> &amp;amp; http://x.example")
    assert first_text_form(first_text_form(once)) == first_text_form(once)
