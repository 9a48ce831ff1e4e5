"""Invisible characters, and names that contain them."""

import unicodedata
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.moderation.cleaning import check_text, clean_text
from core.moderation.comments import is_named
from core.moderation.invisible import escape_invisible, is_blank, isolated, visible_form

BLANKS = [
    "\u200b", "\u200d", "\u200c", "\u2800", "\u034f", "\U000e0041", "\ufe0f", "\U000e0100",
    "\u115f", "\u1160", "\u3164", "\uffa0", "\u17b4", "\u180e", "\u2060", "\ufeff", "\u00ad",
    "\u202e", "\u2066", "\u061c", "\u3000", "\u00a0", "\u2028", "\u0085", "\u2064",
    "\U0001d173", "\ufffc", "\u2065", "\U00013441", "\U00013442",
]  # fmt: skip


@pytest.mark.parametrize("char", BLANKS, ids=[f"U+{ord(char):04X}" for char in BLANKS])
def test_text_of_what_shows_nothing_is_empty(char: str) -> None:
    for text in (char, char * 3, f" {char}\n{char} "):
        with pytest.raises(InvalidInput, match="the text is empty"):
            check_text(text)
        assert clean_text(text) == ""
    if unescape(f"&#{ord(char)};") == char:  # HTML reads some controls as Windows characters
        assert clean_text(f"<p>&#{ord(char)};</p>") == ""


def test_all_kinds_together_are_empty_too() -> None:
    with pytest.raises(InvalidInput, match="the text is empty"):
        check_text("".join(BLANKS))


@pytest.mark.parametrize(
    "text", [".", "é", "👩\u200d👧", "\u0600", "\u0301", "हिन्दी", "ㅋㅋ", "\ue000"]
)
def test_whatever_can_be_seen_is_no_empty_text(text: str) -> None:
    check_text(text)
    assert clean_text(text) == text
    assert not is_blank(text + BLANKS[0])


def test_tags_that_spell_letters_nobody_sees_are_empty() -> None:
    assert is_blank("".join(chr(0xE0000 + ord(char)) for char in "hello"))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("alice \u202enimda", "alice [U+202E]nimda"),
        ("bob\u2069\u2069", "bob[U+2069][U+2069]"),
        ("admin\u200b", "admin[U+200B]"),
        ("two\nlines\u2028", "two[U+000A]lines[U+2028]"),
        ("\u3164", "[U+3164]"),
        ("\u200d", "[U+200D]"),
        ("محمد\u200cرضا", "محمد\u200cرضا"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("Zoë of the hill", "Zoë of the hill"),
    ],
)
def test_what_turns_or_hides_letters_of_a_name_is_put_in_sight(name: str, shown: str) -> None:
    assert escape_invisible(name) == shown
    assert isolated(name) == f"\u2068{shown}\u2069"


@given(st.text(st.characters()))
def test_a_name_can_neither_turn_what_is_beside_it_nor_end_its_line(name: str) -> None:
    shown = escape_invisible(name)
    turning = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    assert not turning & {unicodedata.bidirectional(char) for char in shown}
    assert len(shown.splitlines()) <= 1


@pytest.mark.parametrize(
    ("author", "named"),
    [
        ("sam", True),
        ("Nan Goldin", True),
        ("Guest of honour", True),
        *((name, False) for name in ("[unknown]", "[deleted]", "[Deleted]", "[ removed ]")),
        *((name, False) for name in ("\u3164", " ", "-", "?", "[]")),
        *((name, False) for name in ("nan", "NaN", "None", "NULL", "n/a", "<NA>", "undefined")),
        *((name, False) for name in ("Anonymous", "anonymous user", "Anonymous Coward", "guest")),
        *((name, False) for name in ("Deleted user", "<deleted>", "(deleted account)", "Unknown")),
        *((name, False) for name in ("[deleted]\u200b", "\u2068guest\u2069")),
    ],
)
def test_a_placeholder_or_invisible_name_identifies_no_author(author: str, named: bool) -> None:
    assert is_named(author) is named


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("k\u200di\u200cl\u034fl\ufe0f\U000e0041", "kill"),
        ("a\u2800b\u3164c\ufffcd\u00a0e", "a b c d e"),
        ("a\u2028b\u2029c", "a\nb\nc"),
        ("\u0600 plain\ntext", "\u0600 plain\ntext"),
    ],
)
def test_visible_form_has_only_what_a_reader_sees(text: str, seen: str) -> None:
    assert visible_form(text) == seen
