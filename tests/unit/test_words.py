"""Splitting a comment into words."""

import pytest

from core.inference.explanation.words import Word, only, split_words, without


def found(text: str) -> list[str]:
    return [text[word.start : word.end] for word in split_words(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("You idiot,moron...fool!", ["You", "idiot", "moron", "fool"]),
        ("f***ing sh*t, @ss b!tch i.d.i.o.t", ["f***ing", "sh*t", "@ss", "b!tch", "i.d.i.o.t"]),
        ("it's state-of-the-art (really)", ["it's", "state-of-the-art", "really"]),
        ("and/or well…no a:b 3.5", ["and", "or", "well", "no", "a", "b", "3.5"]),
        ("see https://a.example/b,c?d=1 now", ["see", "https://a.example/b,c?d=1", "now"]),
        ("!!! :-( …", ["!!!", ":-(", "…"]),
        ("👍🏽🎉 ❤️👩‍👩‍👧", ["👍🏽", "🎉", "❤️", "👩‍👩‍👧"]),
        ("你好 שלום עולם", ["你", "好", "שלום", "עולם"]),
        ("<script>alert(1)</script>", ["script>alert", "1", "script"]),
        ("", []),
        (" \n\t ", []),
    ],
)
def test_words_are_those_a_reader_sees(text: str, words: list[str]) -> None:
    assert found(text) == words


def test_taking_words_out_leaves_the_rest_as_it_was() -> None:
    text = "You  idiot, go\naway."
    words = split_words(text)
    assert without(text, [words[3], words[1]]) == "You  , go\n."
    assert without(text, []) == text
    assert only(text, [words[3], words[1]]) == "idiot away"


def test_a_word_is_a_place_and_not_a_string() -> None:
    assert split_words("no no") == (Word(0, 2), Word(3, 5))
