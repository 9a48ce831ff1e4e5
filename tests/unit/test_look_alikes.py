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
        ("уоu_аrе_а_fuскіng_аѕѕһоlе", "you_are_a_fucking_asshole"),
        ("I wіll kіll1 2уоu", "I will kill1 2you"),
        ("ꓲ ꓪꓲꓡꓡ ꓗꓲꓡꓡ ꓬꓳꓴ", "I WILL KILL YOU"),  # Lisu: its I is no l among capitals
        ("ɏøᵾ ɍɇ ƒᵾƈҟɨƞǥ ąşşħøłɇ", "you re fucking asshole"),
        ("YOᑌ ᗩᖇE ᗩ ᖴᑌᑕKIᑎG ᗩᔕᔕᕼOᒪE", "YOU ARE A FUCKING ASSHOLE"),
        ("ᎩᎾᏌ ᎪᎡᎬ ᎪᏁ ᏆᎠᏆᎾᎢ", "YOU ARE AN IDIOT"),
        ("乃卂丂丅卂尺D", "BASTARD"),
        ("ጠዐየዕ", "MOPD"),
        ("kїll", "kill"),
        ("к\u0483іӏ\u2de0ӏ", "kill"),
        ("wìӀӀ ҟìӀӀ վօմ", "will kill you"),  # a bar is an l in small letters
        ("Ɩ ƜƖԼԼ ƘƖԼԼ", "I WILL KILL"),
        ("ąʂʂɧơƖɛ", "asshole"),
        ("kꙮll fuჯk", "k*ll fu*k"),  # a letter that can't be told is left out
        ("rød grød", "rod grod"),
        ("naïve café", "naïve café"),
        ("wąż", "wąż"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_words_of_look_alikes_become_latin(text: str, read: str) -> None:
    assert folded(text) == read


@pytest.mark.parametrize(
    "word",
    [
        "Привет",
        "хороший",
        "день",
        "όλους",
        "日本語",
        "שלום",
        "हिन्दी",
        "Python很好",
        "Straße",
        "ː",
        "сл\u0483нце",
    ],
)
def test_words_with_letters_of_their_own_stay(word: str) -> None:
    assert folded(word) == word
