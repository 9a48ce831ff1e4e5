"""Every mark, blank, control and format character of Unicode, inside a word and between words."""

import sys
import unicodedata

import pytest

from core.inference.text.form import model_text, readings
from core.inference.text.marks import without_marks
from core.moderation.cleaning import clean_text
from core.moderation.invisible import DRAWN_BLANKS, SOFT_BLANKS, is_unseen

PLAIN = "I will kill you"
CATEGORIES = ("Mn", "Mc", "Me", "Cf", "Cc", "Zs", "Zl", "Zp")
# A space or a line end inside a word is in everybody's sight.
SEEN = {" ", "\u00a0", "\t", "\n", "\r"}
INSERTED = [
    char
    for char in map(chr, range(sys.maxunicode + 1))
    if char not in SEEN and (unicodedata.category(char) in CATEGORIES or is_unseen(char))
    if unicodedata.category(char) != "Cs"
]
# They turn what stands after them; tests/unit/test_reading_order.py has them.
TURNING = set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
BLANKS = sorted((SOFT_BLANKS | DRAWN_BLANKS | {"\u00a0"}) - {"\r"})


def lost(pattern: str, inserted: list[str]) -> list[str]:
    """Those with which the words are no reading of the pattern."""
    return [
        f"U+{ord(char):04X}"
        for char in inserted
        if PLAIN not in map(_without_accents, readings(clean_text(pattern.replace("?", char))))
    ]


def _without_accents(text: str) -> str:
    """As the tokenizer reads letters that have composed with an accent."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f")


def test_the_sweep_is_of_all_of_unicode() -> None:
    assert len(INSERTED) > 6_000


@pytest.mark.parametrize(
    "pattern",
    ["I w?ill k?ill y?ou", "I w??ill ki?l??l you", "?I will kil?l you?", "I wі?ll kі?ll y?о?u?"],
)
def test_nothing_unseen_and_no_mark_inside_a_word_keeps_the_word_from_the_model(
    pattern: str,
) -> None:
    assert lost(pattern, [char for char in INSERTED if char not in TURNING]) == []


def test_nothing_unseen_is_lost_on_letters_with_their_own_accents() -> None:
    for char in INSERTED:
        if unicodedata.combining(char) == 0 and char not in TURNING | SOFT_BLANKS | DRAWN_BLANKS:
            assert "caf\u00e9" in readings(clean_text(f"cafe{char}\u0301")), f"U+{ord(char):04X}"


def test_every_blank_between_words_is_a_gap() -> None:
    assert lost("I?will?kill?you", BLANKS) == []
    assert lost("I?will?k?i?l?l?you", sorted(set(BLANKS) - {"\u00a0"})) == []


@pytest.mark.parametrize(
    "blank", ["&#12;", "&#11;", "&#31;", "&#x85;", "&#8232;", "&#13;", "&#8202;"]
)
def test_blanks_as_entities_are_gaps(blank: str) -> None:
    gap = "\u2026" if blank == "&#x85;" else " "  # HTML reads that one as a sign of Windows
    text = clean_text(PLAIN.replace(" ", blank)).replace("\u2026", " \u2026 ")
    assert (
        PLAIN.replace(" ", f" {gap} ").split() == model_text(text).replace("...", "\u2026").split()
    )


@pytest.mark.parametrize(
    "text",
    [
        "हिन्दी में लिखा हुआ यह वाक्य अच्छा है",
        "ขอบคุณมากสำหรับบทความที่ดี",
        "شُكْرًا جَزِيلًا عَلَى المَقَال",
        "תּוֹדָה רַבָּה עַל הַמַּאֲמָר",
        "Cảm ơn bạn rất nhiều vì bài viết này",
        "Schöne Grüße aus München, größer als je zuvor",
        "Ça, c'est très naïf : où êtes-vous ?",
        "தமிழ் மொழி மிகவும் அழகானது",
        "ຂອບໃຈຫຼາຍໆ",
        "ကျေးဇူးတင်ပါတယ်",
        "ខ្ញុំសូមអរគុណ",
        "がぎぐ あ\u3099",
        "བོད་སྐད་",
        "Зелёный чай й ї",
        "сл҃нце бг҃ъ",
    ],
)
def test_marks_of_a_script_stay_on_its_letters(text: str) -> None:
    text = unicodedata.normalize("NFKC", text)
    assert without_marks(text) == _before(text)
    assert model_text(text) == " ".join(_before(text).split())


def _before(text: str) -> str:
    """Without the accents that compose with no letter: those never were read."""
    return "".join(char for char in text if not "\u0300" <= char <= "\u036f")


def test_combining_letters_are_marks_and_in_a_further_reading_letters() -> None:
    marked = "".join(f"{char}\u0363\u0369" if char != " " else " " for char in PLAIN)
    assert readings(marked)[0] == PLAIN
    assert readings("k\u0365ll y\u0366\u0367") == ("kll y", "kill you")


@pytest.mark.parametrize("blank", ["&nbsp;", "\u200b", " ", "&#12;"])
def test_what_hides_nothing_readable_adds_no_hidden_part(blank: str) -> None:
    assert clean_text(f"<i hidden>{blank}</i>Fine.") == "Fine."
