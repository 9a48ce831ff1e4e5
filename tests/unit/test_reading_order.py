"""Text that controls display backwards."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.cleaning import HIDDEN_HEADING, MAX_COMMENT_CHARS, clean_text
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
        ("a\u202c\u2069\u202eb", "ab"),  # nothing of it is in another place
        ("a\u200fb", "a\u200fb"),
        # Overrides beside each other are turned as one.
        (
            "".join(f"\u202e{letter}\u202c" for letter in "uoy llik lliw I"),
            "[U+202E]I will kill you",
        ),
        ("\u202euoy \u202c\u202ellik lliw I\u202c", "[U+202E]I will kill you"),
        ("\u202eyou\u202c I \u202ellik\u202c", "[U+202E]uoy I [U+202E]kill"),
        # No number of other letters keeps Latin ones from being turned.
        ("\u202euoy llik " + "ש" * 20, f"[U+202E]{'ש' * 20} kill you"),
        ("\u202euoy ש llik", "[U+202E]kill ש you"),
        # Isolates and embeddings put pieces in order.
        ("\u2067\u2066you\u2069 \u2066kill\u2069\u2069", "[U+2067]kill you"),
        ("\u202byou\u200f kill", "[U+202B]kill \u200fyou"),
        ("\u2068\u200fyou\u200f kill\u2069", "[U+2068]kill \u200fyou\u200f"),
        # A line separator ends the line, but no override.
        ("\u202eI\u2028llik uoy", "I\u2028[U+202E]you kill"),
        ("\u202elliw\x1cllik", "[U+202E]will\x1cllik"),
        # Numbers keep their order, except under an override.
        ("\u202b12 ש 34\u202c", "12 ש 34"),
        ("\u202e12 43", "[U+202E]34 21"),
        # The order of their language is that of these.
        ("\u202bهذا نص English عربي 12 (نعم) Word.\u202c", "هذا نص English عربي 12 (نعم) Word."),
        ("hi \u2068José\u2069, \u2068שרה\u2069: hello", "hi José, שרה: hello"),
        ("\u2067שלום לכולם\u2069 and hello", "שלום לכולם and hello"),
    ],
)
def test_text_under_an_override_is_read_as_displayed(text: str, read: str) -> None:
    assert in_reading_order(text) == read


def test_an_override_across_a_line_end_is_read_in_both_ways() -> None:
    read = clean_text("\u202euoy llik\nlliw I")
    assert read == f"[U+202E]kill you\nlliw I\n\n{HIDDEN_HEADING}\n[U+202E]I will kill you"
    assert clean_text("\u202euoy llik\u202c\nI will") == "[U+202E]kill you\nI will"
    assert clean_text("\u202euoy llik\n\nI will") == "[U+202E]kill you\n\nI will"


@pytest.mark.parametrize(
    "piece",
    [
        *("\u202ea", "\u2068", "\u2068" * 60 + "\u2069" * 60, "\u202e\u2068a\u2069", "\u202e\n"),
        *(
            "\u202ea\u0301",
            "\u202e1%",
            "\u202ea" * 60 + "\u202c" * 60,
            "\u202eא a",
            "\u202ea\u2028",
        ),
    ],
)
def test_hostile_controls_are_read_at_once(piece: str) -> None:
    """A quadratic scan would take minutes and reach the suite's time limit."""
    clean_text((piece * MAX_COMMENT_CHARS)[:MAX_COMMENT_CHARS])


def test_the_readable_text_shows_the_control() -> None:
    assert clean_text("\u202euoy llik lliw I") == "[U+202E]I will kill you"
    assert clean_text("<bdo dir=rtl>uoy llik lliw I</bdo>") == "[U+202E]I will kill you"


CONTROLS = st.sampled_from("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@given(st.lists(st.one_of(CONTROLS, st.sampled_from("abשל\n \u0301")), max_size=200).map("".join))
def test_nothing_but_controls_is_lost(text: str) -> None:
    read = re.sub(r"\[U\+20..\]", "", in_reading_order(f"\u202e{text}"))
    assert sorted(_letters(read)) == sorted(_letters(text))


def _letters(text: str) -> str:
    return "".join(char for char in text if unicodedata.category(char) != "Cf")
