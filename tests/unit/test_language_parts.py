"""Which parts of a comment are surely in another language, however they are written."""

import time
from collections.abc import Callable

import pytest

from core.inference.language.detector import LanguageDetector
from core.moderation.cleaning import clean_text
from core.training.evaluation.evasions import read_evasions

READ = LanguageDetector(("en", "de")).read
GERMAN = "Ich werde dich umbringen, du Hurensohn"
RUSSIAN, CHINESE = "Я тебя убью, сука", "我要杀了你"
ENGLISH = "What a nice day for the garden, the roses are out."


def capitals_from(first: int) -> Callable[[str], str]:
    def letter(char: str) -> str:
        return chr(first + ord(char.upper()) - ord("A")) if char.isalpha() else char

    return lambda text: "".join(map(letter, text))


def struck(text: str) -> str:
    return "".join(f"{char}\u0336" if char.isalpha() else char for char in text)


def with_tags(text: str) -> str:
    return " ".join(
        f"{word[:1]}&lt;foo&gt;{word[1:2]}&lt;/foo&gt;{word[2:]}" for word in text.split()
    )


DISGUISES: dict[str, Callable[[str], str]] = {
    "struck": struck,
    "negative squared": capitals_from(0x1F170),
    "negative circled": capitals_from(0x1F150),
    "circled": capitals_from(0x24B6),
    "regional indicators": capitals_from(0x1F1E6),
    "Cyrillic look-alikes": lambda text: text.translate(str.maketrans("aeocpi", "аеосрі")),
    "tags that are no markup": with_tags,
    "blanks that are drawn": lambda text: text.replace(" ", "\u2800"),
    "lines": lambda text: text.replace(" ", "\n"),
    "capitals": str.upper,
    "reversed": lambda text: f"\u202e{text[::-1]}\u202c",
    "address": lambda text: f"https://{text.lower().replace(',', '').replace(' ', '-')}.de",
}


@pytest.mark.parametrize("before", ["", "Thanks for the article, it is great. "])
@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguise_does_not_hide_the_language(name: str, before: str) -> None:
    known = READ(clean_text(before + DISGUISES[name](GERMAN)))
    assert "de" in known.parts


@pytest.mark.parametrize("foreign", [GERMAN, RUSSIAN, CHINESE, "Te voy a matar, cabrón"])
@pytest.mark.parametrize(
    "form",
    [
        '<span style="display:none">{}</span>' + ENGLISH,
        '<a title="{}" href="x">x</a> ' + ENGLISH,
        "<!-- {} -->" + ENGLISH,
        "Thanks for the article, it is great. {}.",
        "Great article! {}",
        "Great article, {}",
        "Thanks for the article - {}",
        ENGLISH + "\n{}\nThanks a lot.",
        "{}! " + ENGLISH,
    ],
)
def test_a_part_is_told_wherever_it_stands(form: str, foreign: str) -> None:
    known = READ(clean_text(form.format(foreign)))
    assert known.parts or known.main not in (None, "en")


def test_name_of_an_address_in_another_script_is_a_part() -> None:
    assert READ("look here https://я-тебя-убью.рф").parts == {"ru"}


def test_quoted_lines_alone_are_what_the_comment_says() -> None:
    assert READ(f"> {GERMAN}").main == "de"


STILL_ENGLISH = [
    'He said "Ich bin ein Berliner" in that speech.',
    "As they say, plus ça change, plus c'est la même chose, and I agree.",
    "Deus ex machina. I knew it. C'est la vie. What can you do. Schadenfreude is a thing, too.",
    "Quod erat demonstrandum. That is the proof.",
    "The Bundesverfassungsgericht ruled, and the Bundestag did not like it.",
    "https://www.spiegel.de/politik/merkel-und-was-jetzt-passieren-muss.html what do you think?",
    "https://правительство.рф is the site",
    "Giovanni Rossi, Marco Bianchi, Luca Ferrari and Paolo Esposito were there.",
    "Guests: Jean-Luc Picard, François Hollande, Émilie du Châtelet.",
    "I love the Süddeutsche Zeitung and Le Monde diplomatique.",
    'The phrase "доверяй, но проверяй" is what Reagan said.',
    "Москва (Moscow) is big. 東京 is Tokyo.",
    "Great news today. Слава Україні!",
    'for (int i = 0; i < n; i++) printf("%d", i); // code here',
    "sudo apt-get install libssl-dev python3-venv && pip install -r requirements.txt",
    "The stack: Python, FastAPI, Postgres, Redis, Kubernetes, Terraform, AWS and that is all.",
    "I saw 🇩🇪🇫🇷🇮🇹 flags there and what a day it was 🙏🙏",
    "Real Madrid vs Bayern München: Vinícius Júnior, Thomas Müller",
    "Que sera, sera. Hasta la vista, baby. Mi casa es su casa.",
    "> Das ist ein Zitat auf Deutsch und sehr lang\nI do not agree with this at all.",
]


@pytest.mark.parametrize("text", STILL_ENGLISH)
def test_names_and_phrases_are_no_parts(text: str) -> None:
    known = READ(clean_text(text))
    assert (known.main in (None, "en"), known.parts) == (True, frozenset())


def test_english_in_any_disguise_has_no_foreign_part() -> None:
    suite = read_evasions()
    texts = [text for kind in suite.kinds for text in (*kind.abusive, *kind.harmless)]
    found = {text: READ(clean_text(text)).parts for text in texts}
    assert {text: parts for text, parts in found.items() if parts} == {}


HOSTILE = [
    "ich werde dich. ",
    "я\n",
    "<a>",
    "(a",
    "杀了你a",
    "http://a-b.c ",
    "a\u0336",
    ",",
    "a!",
    "(a)bb ",
]
HOSTILE += ["!", "a.b*", "a b ", "you"]


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_the_length_alone(piece: str) -> None:
    def seconds(length: int) -> float:
        text = "a" + piece * (length // len(piece))

        def once() -> float:
            began = time.process_time()
            READ(text)
            return time.process_time() - began

        return min(once() for _ in range(5))  # what else the process does is not counted

    seconds(1_000)  # the tables are loaded
    # Twice the text takes twice the time; with the square of the length it would be 25 times.
    assert seconds(50_000) < 10 * seconds(10_000) + 0.1
