"""Severe words are found in any disguise a reader sees through, and nothing else is covered."""

from itertools import pairwise

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from core.inference.severe_words import read_severe_words, severe_spans
from core.inference.text.bare_letters import BareLetters
from core.inference.text.form import UNREAD
from core.moderation.cleaning import clean_text
from core.moderation.masking import SevereWords, TextSpan, mask
from core.training.evaluation.evasions import read_evasions
from core.training.evaluation.functional import read_suite
from core.training.evaluation.paired_suites import PairedKind

SEVERE = SevereWords(["weed", "nettle", "rye", "thistles"])
LETTERS = BareLetters()


def covered(text: str) -> list[str]:
    return [text[span.start : span.end] for span in mask(text, SEVERE, LETTERS)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A weed, a Nettle and RYE.", ["weed", "Nettle", "RYE"]),
        ("weeds and thistles, no thistle", ["weeds", "thistles"]),
        ("weed's weed-like _weed_ weed2", ["weed", "weed", "weed", "weed"]),
        ("seaweed weedy tumbleweeds", []),
        ("", []),
    ],
)
def test_whole_words_and_plurals_are_found(text: str, words: list[str]) -> None:
    assert covered(text) == words


@pytest.mark.parametrize(
    "word",
    [
        "n3ttle",
        "nett1e",
        "nett|e",
        "ne++le",
        "n***le",
        "n#ttle",
        "*ettle",
        "nettl*",
        "net**e",
        "n%ttle",
        "n3tt*e",
        "neeettle",
        "netttttle",
        "n e t t l e",
        "n.e.t.t.l.e",
        "n - e - t - t - l - e",
        "n\ne\nt\nt\nl\ne",
        "nëttle",
        "ne\u0301ttle",
        "ne\u200bttle",
        "ｎｅｔｔｌｅ",
        "𝐧𝐞𝐭𝐭𝐥𝐞",
        "🅝🅔🅣🅣🅛🅔",
        "nеttlе",  # Cyrillic е
        "thi5tle$",
        "r y e",
    ],
)
def test_a_disguised_word_is_found_as_it_is_written(word: str) -> None:
    assert covered(f"{word} grows here") == [word]
    assert covered(f"Say ({word.upper()}!)") == [word.upper()]


@pytest.mark.parametrize(
    "text",
    [
        "r*** and ****",  # any word at all
        "2y3 12y3 r73",  # a number
        "wed wedd netle",  # fewer of a letter than the word has
        "wedddd",
        "a r y e b",  # a short word within a row of single letters
        "kale, k.a.l.e, k@le",
    ],
)
def test_what_may_be_anything_is_not_covered(text: str) -> None:
    assert covered(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a net<x>tle<y> here", ["net<x>tle"]),  # a browser shows one word
        ("<weed>", ["weed"]),  # a site that escapes its comments shows the tag
        ("[U+202E]net[U+202E]tle", ["net[U+202E]tle"]),
        ("ne\u3164ttle", ["ne\u3164ttle"]),
        ("ne\u2009ttle", ["ne\u2009ttle"]),
        ("a\u2028nettle\u202fhere", ["nettle"]),
        ("a\u3164nettle\u2800here", ["nettle"]),  # also where the blank parts words
        ("n\u0435t<x>tl\u0435", ["n\u0435t<x>tl\u0435"]),
        ("net < tle > and net 3<4 tle", []),
    ],
)
def test_what_one_way_to_read_joins_is_one_word(text: str, words: list[str]) -> None:
    found = [text[span.start : span.end] for span in mask(text, SEVERE, LETTERS, unread=UNREAD)]
    assert found == words


def test_a_longer_word_is_found_within_a_row_of_single_letters() -> None:
    assert covered("u n e t t l e x") == ["n e t t l e"]


def test_places_count_code_points_and_take_in_what_is_drawn_on_a_letter() -> None:
    assert mask("🙂 rye\u0301\ufe0f!", SEVERE, LETTERS) == (TextSpan(2, 7),)
    assert mask("\u0600rye", SEVERE, LETTERS) == (TextSpan(0, 4),)
    assert mask("ﬀ rye", SEVERE, LETTERS) == (TextSpan(2, 5),)


ACCENTS = ["e\u0301", "\u0301", "\u200d", "\ufe0f", "\u0600", "\u0903", "\u200b", "\r\n"]
SYMBOLS = ["🙂", "👩\u200d👧", "👍🏽", "🏽", "🇫🇷", "🇷", "ﬁ", "ß", "İ", "각", "х"]
PIECES = st.sampled_from(
    [*"nettlrywd*13 .-!\n", "weed", "nettle", *ACCENTS, *SYMBOLS, "<b>", "[U+202E]", "\u3164"]
)


@given(st.lists(PIECES, max_size=24).map("".join) | st.text(max_size=40))
def test_no_span_cuts_a_grapheme_or_touches_another(text: str) -> None:
    spans = mask(text, SEVERE, LETTERS, unread=UNREAD)
    edges = {0, *(match.end() for match in regex.finditer(r"\X", text))}
    assert all(span.start < span.end for span in spans)
    assert all(one.end <= next_.start for one, next_ in pairwise(spans))
    assert {edge for span in spans for edge in span} <= edges


@given(st.sampled_from(["weed", "nettle", "rye"]), st.text(max_size=20), st.text(max_size=20))
def test_a_word_between_spaces_is_covered_whatever_is_around_it(
    word: str, before: str, after: str
) -> None:
    text = f"{before} , {word} , {after}"
    at = len(before) + 3
    assert any(
        span.start <= at and at + len(word) <= span.end for span in mask(text, SEVERE, LETTERS)
    )


def test_the_words_of_the_shipped_model_are_used() -> None:
    words = read_severe_words()
    assert severe_spans(f"You {words[0]}!") == (TextSpan(4, 4 + len(words[0])),)
    assert severe_spans("What a lovely morning it was.") == ()


EVASIONS = read_evasions()
# With no gap between its words the sentence is one long word.
ONE_LONG_WORD = "drawn blanks between words"


def test_no_harmless_sentence_is_covered_in_any_disguise() -> None:
    harmless = [text for kind in (EVASIONS.plain, *EVASIONS.kinds) for text in kind.harmless]
    assert [text for text in harmless if severe_spans(clean_text(text))] == []


@pytest.mark.parametrize(
    "kind",
    [kind for kind in EVASIONS.kinds if kind.name != ONE_LONG_WORD],
    ids=lambda kind: kind.name,
)
def test_a_disguised_sentence_is_covered_where_the_plain_one_is(kind: PairedKind) -> None:
    plain = [bool(severe_spans(text)) for text in EVASIONS.plain.abusive]
    disguised = [bool(severe_spans(clean_text(text))) for text in kind.abusive]
    assert disguised == plain


def test_words_for_groups_of_people_stay_readable() -> None:
    (plain,) = (each for each in read_suite() if each.name == "identity words in plain use")
    assert [text for text in plain.cases if severe_spans(text)] == []
