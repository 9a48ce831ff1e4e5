"""Text that controls display backwards."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.cleaning import clean_text
from core.moderation.reading_order import in_reading_order


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("\u202euoy llik lliw I", "[U+202E]I will kill you"),
        ("a \u202euoy llik\u202c b", "a [U+202E]kill you b"),
        # It ends with its line.
        ("\u202euoy\nllik", "[U+202E]you\nllik"),
        # An isolate inside is one piece, turned as a whole.
        ("\u202e\u2066you\u2069 \u2066kill\u2069", "[U+202E]kill you"),
        ("\u202eb \u202dkill\u202c a", "[U+202E]a kill b"),
        # The end of an isolate ends what was begun inside it.
        ("a \u2068b \u202euoy llik\u2069 c", "a b [U+202E]kill you c"),
        ("\u202e(!uoy)", "[U+202E](you!)"),
        ("\u202ee\u0301fac", "[U+202E]cafe\u0301"),
        # Hebrew is read from the right with or without it; under the other override it is turned.
        ("\u202eשלום", "שלום"),
        ("\u202dםולש", "[U+202D]שלום"),
        ("\u202dkill", "kill"),
        ("\u202e", ""),
        ("a\u202c\u2069\u202eb", "a[U+202E]b"),
        ("a\u200fb", "a\u200fb"),
    ],
)
def test_text_under_an_override_is_read_as_displayed(text: str, read: str) -> None:
    assert in_reading_order(text) == read


def test_the_readable_text_shows_the_control() -> None:
    assert clean_text("\u202euoy llik lliw I") == "[U+202E]I will kill you"
    assert clean_text("<bdo dir=rtl>uoy llik lliw I</bdo>") == "[U+202E]I will kill you"


CONTROLS = st.sampled_from("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@given(st.lists(st.one_of(CONTROLS, st.sampled_from("abשל\n \u0301")), max_size=200).map("".join))
def test_nothing_but_controls_is_lost(text: str) -> None:
    read = in_reading_order(f"\u202e{text}").replace("[U+202E]", "").replace("[U+202D]", "")
    assert sorted(read) == sorted(c for c in text if unicodedata.category(c) != "Cf")
