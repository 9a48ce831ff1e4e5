"""The part of a text that a search shows."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from core.moderation.excerpts import EXCERPT_WORDS, fold, make_excerpt
from core.moderation.search_query import SearchTerm

WORDS = st.lists(st.sampled_from(["one", "Two", "thrée", "four,", "(five)", "\n", "—"])).map(
    " ".join
)
TERMS = st.lists(
    st.builds(
        SearchTerm,
        st.sampled_from(["one", "two three", "FOUR", "five", "o", "missing"]),
        is_prefix=st.booleans(),
    )
)


def test_words_are_found_whatever_their_case_and_accents() -> None:
    found = make_excerpt("Das CAFÉ, ein  Cafe\nund Kaffee", [SearchTerm("café")])
    assert found.text == "Das CAFÉ, ein Cafe und Kaffee"
    assert [found.text[slice(*match)] for match in found.matches] == ["CAFÉ", "Cafe"]


def test_phrase_and_prefix() -> None:
    text = "never closed, never again"
    phrase = make_excerpt(text, [SearchTerm("never again")])
    assert [phrase.text[slice(*match)] for match in phrase.matches] == ["never again"]
    prefix = make_excerpt(text, [SearchTerm("clo*", is_prefix=True)])
    assert [prefix.text[slice(*match)] for match in prefix.matches] == ["closed"]


def test_nothing_found_is_the_beginning() -> None:
    text = "word " * 100
    assert make_excerpt(text, []).text == " ".join(["word"] * EXCERPT_WORDS) + "…"
    assert make_excerpt("", [SearchTerm("x")]).text == ""
    assert make_excerpt("!? —", [SearchTerm("x")]).text == "!? —"


@given(WORDS, TERMS)
def test_every_match_is_one_of_the_terms(text: str, terms: list[SearchTerm]) -> None:
    found = make_excerpt(text, terms)
    assert "\n" not in found.text
    ends = 0
    for start, end in found.matches:
        assert ends <= start < end <= len(found.text)
        ends = end
        matched = fold(found.text[start:end])
        assert any(fold(term.text).split()[0][:1] == matched[:1] for term in terms)


@given(st.text(), st.text(min_size=1))
def test_any_text_has_an_excerpt(text: str, term: str) -> None:
    found = make_excerpt(text, [SearchTerm(term)])
    assert all(0 <= start <= end <= len(found.text) for start, end in found.matches)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text) or not unicodedata.is_normalized("NFC", text)
