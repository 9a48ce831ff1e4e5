"""Letters of other scripts that look like Latin ones."""

import pytest

from core.inference.text.look_alikes import folded


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("kіll", "kill"),  # one Cyrillic letter
        ("кіӏӏ", "kill"),  # Cyrillic as a whole
        ("κιll", "kill"),  # Greek and Latin
        ("уоu аrе аn іԁіоt", "you are an idiot"),
        ("naïve café", "naïve café"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_words_of_look_alikes_become_latin(text: str, read: str) -> None:
    assert folded(text) == read


@pytest.mark.parametrize("word", ["Привет", "хороший", "день", "όλους", "日本語", "שלום", "हिन्दी"])
def test_words_with_letters_of_their_own_stay(word: str) -> None:
    assert folded(word) == word
