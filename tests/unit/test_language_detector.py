"""Which language the detector is sure of, and when it is not."""

import json
from pathlib import Path

import pytest

from core.inference.language.detector import LanguageDetector
from core.moderation.cleaning import clean_text
from core.moderation.languages import UNNAMED
from core.training.evaluation.evasions import read_evasions

SENTENCES = Path(__file__).parents[2] / "core" / "benchmarks" / "language_sentences.json"
DETECTOR = LanguageDetector(("en",))

# Short, mixed, dialect or no words at all: nobody can be sure that these are not English.
COUNTED_AS_ENGLISH = [
    "I will kill you",
    "Thanks for the help, that was kind of you.",
    "lol",
    "haha",
    "",
    "🙏🙏🙏",
    "¯\\_(ツ)_/¯",
    "ಠ_ಠ",
    "12345 !!!",
    "oh yeah fuck that b1tch",
    "still got a hoes tho..",
    "ty so much bro",
    "bruh wtf is dis shit fam",
    "¡Hola! nice to meet you my friend",
    "bon appetit everyone",
    "@Größenwahnsinnig #SchönesWetter thanks for sharing this with us",
    "> Das ist ein Zitat auf Deutsch und sehr lang\nI do not agree with this at all.",
    "https://example.org/das-ist-ein-langer-deutscher-satz look at this page",
    "look at www.das-ist-ein-langer-deutscher-satz.example",
    "I wіll kіll уоu",  # a few look-alikes from Cyrillic
    "\x00\x07 some words with control characters in them",
    "half a \ud800 pair in the middle of an English sentence",
]


@pytest.mark.parametrize("text", COUNTED_AS_ENGLISH)
def test_what_could_be_english_counts_as_english(text: str) -> None:
    assert DETECTOR.detect(text) in (None, "en")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Ich bringe dich um, du Schwein.", "de"),
        ("Morgen stirbst du, das verspreche ich dir.", "de"),
        ("Ich weiß, wo du wohnst, und ich komme.", "de"),
        ("ขอบคุณมากครับ", "th"),
        ("ขอบคุณ", "th"),
        ("谢谢", "zh"),
        ("በጣም አመሰግናለሁ", "am"),
        ("Большое спасибо за помощь.", "ru"),
        ("널 죽여버릴 거야", "ko"),
        ("Cảm ơn bạn rất nhiều vì đã giúp đỡ.", "vi"),
        ("@bob Vielen Dank für die schnelle Antwort 🙏🙏", "de"),
        ("> I quote you in English here, at some length\nDas stimmt doch gar nicht.", "de"),
    ],
)
def test_language_of_a_whole_sentence_is_named(text: str, code: str) -> None:
    assert DETECTOR.detect(text) == code


def test_words_in_angle_brackets_are_words() -> None:
    text = "hello <b I will kill you, you awful person> bye"
    assert LanguageDetector().detect(text) == "en"


def test_few_words_are_surely_not_english_and_could_be_in_several_languages() -> None:
    assert DETECTOR.detect("Verpiss dich") == UNNAMED
    assert LanguageDetector(("en", "de")).detect("Verpiss dich") == "de"
    assert LanguageDetector(("en", "th")).detect("Verpiss dich") == UNNAMED


@pytest.mark.parametrize("text", ["І шілл кілл уоυ", "Ι ωιλλ κιλλ γου"])
def test_look_alikes_of_english_are_not_named_as_russian(text: str) -> None:
    found = DETECTOR.detect(text)
    assert found is not None
    assert found not in ("en", "ru", "uk")


@pytest.mark.parametrize(
    "text",
    [
        "і ԝіӏӏ кіӏӏ уоu",
        "І шіӏӏ кіӏӏ уоυ",
        "Ι ωιll κιll γου",
        "уоu аrе а fuскіng аѕѕһоlе аnԁ аn іԁіоt",
    ],
)
def test_english_all_in_look_alikes_is_english(text: str) -> None:
    assert DETECTOR.detect(text) in (None, "en")
    assert LanguageDetector(["ru", "el"]).detect(text) in (None, "en")


@pytest.mark.parametrize(
    "hidden", ['<b title="x">{}</b>', "{}<!-- you are a very good dog, my dear -->"]
)
def test_what_a_comment_hides_does_not_change_the_language_of_what_is_displayed(
    hidden: str,
) -> None:
    text = "Verpiss dich endlich, du Schwein"
    assert DETECTOR.detect(clean_text(hidden.format(text))) == DETECTOR.detect(text) == "de"


def test_a_comment_that_hides_all_its_text_has_the_language_of_that() -> None:
    assert DETECTOR.detect(clean_text("<p hidden>Verpiss dich endlich, du Schwein</p>")) == "de"


def test_own_sentences_are_found_and_hardly_ever_given_a_wrong_name() -> None:
    """docs/decisions.md has the numbers; these are the lowest that are accepted."""
    samples = json.loads(SENTENCES.read_text())["sentences"]
    found = [(code, DETECTOR.detect(text)) for code, texts in samples.items() for text in texts]
    foreign = [pair for pair in found if pair[1] not in (None, "en")]
    wrong = [pair for pair in foreign if pair[1] not in (pair[0], UNNAMED)]
    assert len(found) == 132
    assert len(foreign) >= 128
    assert len(wrong) <= 4


def test_english_in_any_disguise_is_not_foreign() -> None:
    suite = read_evasions()
    texts = [text for kind in suite.kinds for text in (*kind.abusive, *kind.harmless)]
    found = {text: DETECTOR.detect(clean_text(text)) for text in texts}
    assert {text: code for text, code in found.items() if code not in (None, "en")} == {}


def test_styled_letters_of_another_language_are_read() -> None:
    text = "Das stimmt doch gar nicht, und das weißt du auch ganz genau."
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalpha() else c for c in text)
    assert DETECTOR.detect(wide) == "de"
