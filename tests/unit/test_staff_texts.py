"""The files of the staff's texts: alike in what they say, each in its own language."""

import ast
import re
import string
from importlib.resources import files
from pathlib import Path

import pytest

from core.inference.language.detector import LanguageDetector
from core.texts.texts import LANGUAGES, STAFF_LANGUAGES, Texts, english, staff_texts_in, texts_in
from dashboard.staff_texts import count, decimal, number, reading, say

ROOT = Path(__file__).parents[2]
OTHERS = [code for code in STAFF_LANGUAGES if code != "en"]
ENGLISH = staff_texts_in("en")
OWN = {key: text for key, text in ENGLISH.sentences.items() if key not in english().sentences}
MARKUP = re.compile(r"[*_`$#<>\\|~\n\t]")


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.fixture(params=OTHERS)
def other(request: pytest.FixtureRequest) -> Texts:
    return staff_texts_in(request.param)


def test_each_language_has_the_same_files() -> None:
    there = {
        code: {each.name for each in files("core.texts").joinpath(code).iterdir()}
        for code in STAFF_LANGUAGES
    }
    assert len({frozenset(names) for names in there.values()}) == 1
    assert set(STAFF_LANGUAGES) <= set(LANGUAGES)


def test_no_file_takes_the_place_of_what_authors_read() -> None:
    tables = {key.partition(".")[0] for key in english().sentences}
    assert not tables & {key.partition(".")[0] for key in OWN}


def test_what_authors_read_has_nothing_of_the_staff() -> None:
    assert not any(texts_in("en").has(key) for key in OWN)


def test_no_key_is_missing_and_none_is_too_many(other: Texts) -> None:
    assert set(other.sentences) == set(ENGLISH.sentences)


def test_every_sentence_takes_the_same_values(other: Texts) -> None:
    wrong = {
        key: other.sentences[key]
        for key, sentence in OWN.items()
        if placeholders(other.sentences[key]) != placeholders(sentence)
    }
    assert wrong == {}


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_placeholders_are_plain_names(language: str) -> None:
    for sentence in staff_texts_in(language).sentences.values():
        for _, name, form, conversion in string.Formatter().parse(sentence):
            assert name is None or (name.isidentifier() and not form and not conversion)


def test_longer_sentences_were_not_left_in_english(other: Texts) -> None:
    """Single words may be alike: "Backends", "Action", "p95"."""
    left = [
        key
        for key, sentence in OWN.items()
        if other.sentences[key] == sentence
        and len(re.findall(r"[^\W\d_]{3,}", re.sub(r"\{\w+\}", "", sentence))) >= 3
    ]
    assert left == []


def test_each_file_is_in_its_language(other: Texts) -> None:
    detect = LanguageDetector(LANGUAGES).detect
    own = (re.sub(r"\{\w+\}", "", other.sentences[key]) for key in OWN)
    long = [text for text in own if len(text) > 80]
    told = [detect(text) for text in long]
    assert len(long) >= 10
    assert told.count(other.language) >= 0.9 * len(told)


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_no_sentence_has_signs_that_a_page_would_take_for_markup(language: str) -> None:
    texts = staff_texts_in(language)
    assert {key: text for key in OWN if MARKUP.search(text := texts.sentences[key])} == {}


def test_every_sentence_is_said_somewhere() -> None:
    """A key stands in the code, or its table is chosen from by a value."""
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "dashboard").rglob("*"))
        if path.suffix in {".py", ".js", ".html"}
    ).replace("'", '"')
    unused = []
    for key in OWN:
        table = key.rpartition(".")[0]
        ways = (f'"{key}"', f'"{table}"', f'"{table}.{{', f'"{table.rpartition(".")[0]}.{{')
        if not any(way in code for way in ways):
            unused.append(key)
    assert unused == []


def test_every_key_that_is_said_exists() -> None:
    tables = {key.partition(".")[0] for key in OWN}
    missing = set()
    for path in (ROOT / "dashboard").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            is_counted = node.func.id == "count"
            if (
                node.func.id in {"say", "count"}
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                key = str(node.args[0].value)
                if key.partition(".")[0] in tables:
                    named = [f"{key}.one", f"{key}.other"] if is_counted else [key]
                    missing |= {each for each in named if each not in OWN}
    assert missing == set()


def test_none_is_counted_as_each_language_does() -> None:
    assert count("settings.left_out.cases", 0) == "0 cases"
    with reading("de"):
        assert count("settings.left_out.cases", 0) == "0 Fälle"
    with reading("fr"):
        assert count("settings.left_out.cases", 0) == "0 dossier"
        assert count("settings.left_out.cases", 2) == "2 dossiers"


@pytest.mark.parametrize(
    ("language", "whole", "part"),
    [
        ("en", "12,345", "1,234.5"),
        ("de", "12.345", "1.234,5"),
        ("fr", "12\u202f345", "1\u202f234,5"),
    ],
)
def test_figures_have_the_signs_of_the_language(language: str, whole: str, part: str) -> None:
    with reading(language):
        assert number(12_345) == whole
        assert decimal(1_234.5, 1) == part
        assert decimal(0.4, 0) == "0"


def test_the_language_ends_with_what_is_read_in_it() -> None:
    with reading("de"):
        assert say("common.page.help") == "Hilfe"
    assert say("common.page.help") == "Help"


# What is said before anybody signed in, to a program, or to whoever started the servers.
WITHOUT_A_READER = {
    *("no_proxy.py", "oidc_routes.py", "same_origin.py", "server.py", "wiring.py"),
}


def literals(path: Path) -> list[str]:
    """The texts in code that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    bare = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare
    ]


def test_no_sentence_of_a_page_stands_in_its_code() -> None:
    sentence = re.compile(r"[A-Z][a-z]*( [A-Za-z,'’-]+){2,}[.?!:]|[A-Z][a-z]*( [A-Za-z,'’-]+){5,}")
    left = {
        path.relative_to(ROOT).as_posix(): text
        for path in (ROOT / "dashboard").rglob("*.py")
        if path.name not in WITHOUT_A_READER
        for text in literals(path)
        if sentence.match(text)
    }
    assert left == {}
