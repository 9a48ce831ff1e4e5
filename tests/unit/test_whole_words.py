"""Words whose letters stand apart, in brackets, as digits or without gaps, read as words."""

from operator import mul

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inference.text.form import readings
from core.inference.text.known_words import is_known, run_together, split_words
from core.inference.text.whole_words import with_whole_words
from core.moderation.cleaning import clean_text

SIGNS = (" ", "  ", "\n", ".", "-", "_", "*", "|", "/", "~", ",", "^", "#", "..", "--", "\u2014")
SIGNS += (" . ", " - ", "\u00b7", "\u2022")
SENTENCE = "kill yourself you worthless idiot"


@pytest.mark.parametrize("sign", SIGNS)
def test_letters_that_stand_apart_are_words(sign: str) -> None:
    parted = " \t\n ".join(sign.join(word) for word in SENTENCE.split())
    assert with_whole_words(parted).split() == SENTENCE.split()
    assert SENTENCE in readings(parted)


@pytest.mark.parametrize("sign", SIGNS)
def test_a_row_without_gaps_between_its_words_is_parted_into_words(sign: str) -> None:
    assert with_whole_words(sign.join("Iwillkillyou")) == "I will kill you"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("k(i)ll y[o]urs{e}lf", "kill yourself"),
        ("[i]diot (k)ill", "idiot kill"),
        ('k((i))ll y"o"urself, you f(a)gg(o)t', "kill yourself, you faggot"),
        ("K1ll y0urs3lf", "kill yourself"),
        ("Ki11 y0ur5e1f, 1d10t", "kill yourself, idiot"),
        ("a 5tup1d b1tch", "a stupid bitch"),
        ("you are a s t u p i d dog", "you are a stupid dog"),
        ("k'ill y’ourself, you b-itch", "kill yourself, you bitch"),
        ("fuc'k you, ret'ard", "fuck you, retard"),
        ("k\u02bcill y\u02b9ou, b\u2011itch", "kill you, bitch"),
    ],
)
def test_brackets_and_digits_in_words_are_read_as_letters(written: str, read: str) -> None:
    assert read in readings(written)


@pytest.mark.parametrize(
    "plain",
    [
        "",
        "a",
        "The U.S.A., e.g. J.R.R. Tolkien at 9 a.m.",
        "100k, £60k-100k, $11m, 3DS, 1st, 4th, 70s, k8s, i18n, h2o, x86, mp3, 2x4",
        "word(s), he said f(x), see [1] and (a)",
        "me[at]example[dot]com",
        "A/B test, n/a, c'est l'heure",
        "아 버 지 가 방",
        "日 本 語 を 話",
        "https://www.example.com/2026/a-b-c",
        "the answers a, b, c, d and A/B/C/D/E",
        "don\u02bct, he\u02bcll, they\u02bcve",
        "don't, he'll, they've, couldn’t, ain't, it's, y'all, o'clock, rock'n'roll",
        "well-known, co-founder, state-of-the-art, x-ray, l'homme d'accord",
    ],
)
def test_other_texts_have_no_such_reading(plain: str) -> None:
    assert with_whole_words(plain) == plain


def test_styled_letters_that_stand_apart_are_words_too() -> None:
    assert "kill yourself" in readings("ｋ ｉ ｌ ｌ  ｙ ｏ ｕ ｒ ｓ ｅ ｌ ｆ")
    assert "kill yourself" in readings("\u043a i l l  y o u r s e l f")


@pytest.mark.parametrize(
    "address",
    [
        "https://iwillkillyou.example.org/",
        "http://example.org/IWILLKILLYOU",
        "www.iwillkillyou.example.org",
        "see https://example.org/?q=iwillkillyou",
    ],
)
def test_a_phrase_without_gaps_in_an_address_is_words(address: str) -> None:
    found = " ".join(readings(clean_text(address))).lower()
    assert "i will kill you" in found


@pytest.mark.parametrize(
    "name",
    [
        "duckduckgo",
        "theguardian",
        "stackoverflow",
        "beautifulai",
        "nytimes",
        "yourself",
        "tutorials",
    ],
)
def test_a_name_in_an_address_is_one_word(name: str) -> None:
    assert run_together(name) == ()


def test_letters_between_known_words_are_words() -> None:
    assert split_words("youareaqqqzx") == ["you", "are", "a", "qqqzx"]
    assert split_words("x" * 201) == ["x" * 201]
    assert split_words("") == []
    assert [is_known(word) for word in ("kill", "Kill", "qqqzx")] == [True, False, False]


@given(st.text("abcdefghijklmnopqrstuvwxyzIJKé", max_size=60))
def test_parting_letters_into_words_keeps_every_letter(letters: str) -> None:
    assert "".join(split_words(letters)) == letters


@given(st.text(alphabet="abIX 13()[].-_é日\n", max_size=40))
def test_whole_words_have_no_letter_that_was_not_written_or_drawn_as_a_digit(text: str) -> None:
    assert set(with_whole_words(text).lower()) <= set(text.lower()) | set("oileast ")
    assert readings(text)[0] == " ".join(text.split())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("I w!ll k!ll y0u", "I will kill you"),
        ("1 w1ll k1ll y0u", "I will kill you"),
        ("go h@ng y0urse1f, you $tupid a$$hole!", "go hang yourself, you stupid asshole!"),
        ("I will ki_ll y.ou", "I will kill you"),
        ("I will kiiiiill youuuu", "I will kill you"),
        ("IWILLKILLYOU", "I WILL KILL YOU"),
        ("have a nice day, iwillkillyou", "have a nice day, i will kill you"),
        ("you idiiiiot!!!", "you idiot!!!"),
        ("I will k\U0001f642i\U0001f642l\u2764\ufe0fl you", "I will kill you"),
        ("no\u028e ll\u1d09\u029e ll\u1d09\u028d I", "I will kill you"),
    ],
)
def test_signs_repeated_letters_pictures_and_turned_letters_are_seen_through(
    written: str, read: str
) -> None:
    assert read in readings(written)


@pytest.mark.parametrize(
    "plain",
    [
        "What an idea! Too good! Me too!!!",
        "$OLO at $5, 3 % and 7.5m; pay in US$ or \u20ac, a|b|c",
        "me@example.com, node.js, a.k.a. either/or, it's i/o",
        "Hmm, www.example.com, Mississippi, committee, 1 apple",
    ],
)
def test_what_is_no_word_in_disguise_has_one_reading(plain: str) -> None:
    assert len(readings(plain)) == 1


@pytest.mark.parametrize(
    "text",
    ["!!!!!!abcdefghijklmnopqrst", "|||||||||||||||||unbelievable!", "x $$$$$$$$$$$$$$$$$$$$$$a"],
)
def test_signs_before_a_long_word_are_left_as_they_are(text: str) -> None:
    assert with_whole_words(text) == text


ROWS = st.builds(mul, st.sampled_from("!|@$15_'-.ak "), st.integers(1, 25))


@given(st.lists(ROWS, max_size=4).map("".join))
def test_rows_of_signs_and_letters_of_any_length_are_read(text: str) -> None:
    assert readings(text)
