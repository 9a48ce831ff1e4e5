"""No way of hiding or styling letters keeps the words from the model: the text that would reach it
without the disguise is among those that do, and the highest score counts."""

import string
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from core.inference.text.form import readings
from core.moderation.cleaning import clean_text

WORD = st.text(string.ascii_lowercase, min_size=1, max_size=8)
SENTENCE = st.lists(WORD, min_size=1, max_size=6).map(" ".join)

STYLES = {
    "circled": "CIRCLED LATIN SMALL LETTER {}",
    "negative circled": "NEGATIVE CIRCLED LATIN CAPITAL LETTER {}",
    "squared": "SQUARED LATIN CAPITAL LETTER {}",
    "negative squared": "NEGATIVE SQUARED LATIN CAPITAL LETTER {}",
    "parenthesized": "PARENTHESIZED LATIN SMALL LETTER {}",
    "bold": "MATHEMATICAL BOLD SMALL {}",
    "sans": "MATHEMATICAL SANS-SERIF SMALL {}",
    "wide": "FULLWIDTH LATIN SMALL LETTER {}",
    "flag": "REGIONAL INDICATOR SYMBOL LETTER {}",
}
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u2064\ufe0f\u180e\U000e0041\U000e0100\u200e"
BLANK = "\u2800\u3164\u115f\u1160\uffa0\ufffc"
MARKS = "\u0336\u0338\u20dd\u0489\u20e3"
MARKUP = (
    "<wbr>", "<b>", "</i>", "<font color=red>", "<!-- x -->", "<span class=x>", "</span>",
    "<i hidden>so nice</i>", '<b style="display:none">x</b>', "<foo>", "<b x>",
    "<script>x</script>", '<u title="so nice">', "<img alt=''>",
    "<rp>so nice</rp>", "<b style='font:0/0 a'>so nice</b>", '<a data-y="so nice">',
)  # fmt: skip


def styled(letter: str, style: str) -> str:
    return unicodedata.lookup(STYLES[style].format(letter.upper()))


def spelt(letter: str) -> st.SearchStrategy[str]:
    """The letter in one of the ways that look the same."""
    entities = (f"&#{ord(letter)};", f"&#x{ord(letter):x};", letter.upper(), letter)
    return st.sampled_from([*entities, *(styled(letter, style) for style in STYLES)])


@st.composite
def disguised(draw: st.DrawFn, sentence: str) -> str:
    """Each letter may be styled, with something unseen behind it."""
    insert = st.sampled_from(["", "", *INVISIBLE, *MARKUP])
    marked = st.sampled_from(["", "", *MARKS])
    pieces = []
    for letter in sentence:
        if letter == " ":
            pieces.append(" ")
        else:
            pieces += [draw(spelt(letter)), draw(marked), draw(insert)]
    return "".join(pieces)


@given(st.data(), SENTENCE)
def test_styled_letters_and_unseen_insertions_change_nothing(
    data: st.DataObject, sentence: str
) -> None:
    text = data.draw(disguised(sentence))
    assert sentence in map(str.lower, readings(clean_text(text)))


@given(st.data(), SENTENCE)
def test_drawn_blanks_inside_words_change_nothing(data: st.DataObject, sentence: str) -> None:
    blank = st.sampled_from(["", *BLANK])
    text = "".join(letter + data.draw(blank) for letter in sentence)
    assert sentence in readings(clean_text(text))


@given(st.data(), SENTENCE)
def test_drawn_blanks_between_words_are_spaces(data: st.DataObject, sentence: str) -> None:
    blank = st.sampled_from([*BLANK, "\u00a0", "\u2003", "\u3000", "&nbsp;", "<br>", "<p>"])
    text = "".join(data.draw(blank) if letter == " " else letter for letter in sentence)
    assert sentence in readings(clean_text(text))


@given(SENTENCE)
def test_a_turned_sentence_is_read_as_displayed(sentence: str) -> None:
    for turned in (f"\u202e{sentence[::-1]}", f"x \u202e{sentence[::-1]}\u202c x"):
        assert sentence in readings(clean_text(turned))[0]


@given(SENTENCE, st.sampled_from(["alt", "title", "aria-label"]))
def test_hidden_words_are_read_by_themselves(sentence: str, attribute: str) -> None:
    assert sentence in readings(clean_text(f'<b {attribute}="{sentence}">good day</b>'))
    assert sentence in readings(clean_text(f"good day<!-- {sentence} -->"))
    assert sentence in readings(clean_text(f"<p hidden>{sentence}</p>good day"))
