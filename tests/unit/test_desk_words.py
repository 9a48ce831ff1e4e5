"""What the review desk says in the browser: its scripts and its markup ask for sentences that the
page sends with its data."""

import re
import string
from pathlib import Path

import pytest

from core.texts.texts import STAFF_LANGUAGES
from dashboard.review.desk import page
from dashboard.staff_texts import reading

DESK = Path(page.__file__).parent
FILES = sorted([*DESK.glob("*.js"), *DESK.glob("*.html")])
CODE = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
KEY = re.compile(r'"(desk\.\w+\.\w+)"')
CALL = re.compile(r'\b(?:say|sayAround)\("(desk\.\w+\.\w+)"(?:, \{([^{}]*)\})?\)')


def sent() -> dict[str, str]:
    words = page.desk_words()["words"]
    assert isinstance(words, dict)
    return words


def values_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_each_sentence_that_is_asked_for_is_sent_and_no_other() -> None:
    known = {re.sub(r"\.(one|other)$", "", key) for key in sent()}
    assert set(KEY.findall(CODE)) == known


def test_the_markup_has_no_words_of_its_own() -> None:
    markup = (DESK / "desk.html").read_text(encoding="utf-8")
    assert re.findall(r">\s*[^<>\s/][^<>]*<", re.sub(r"<kbd.*?</kbd>", "", markup)) == []
    assert not re.search(r"\b(aria-label|placeholder|title)=", markup)


def test_each_sentence_gets_its_values() -> None:
    calls = [
        (key, {each.partition(":")[0].strip() for each in values.split(",")})
        for key, values in CALL.findall(CODE)
    ]
    assert len(calls) > 60
    assert [key for key, given in calls if values_of(sent()[key]) - given] == []


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_the_words_are_sent_in_the_readers_language(language: str) -> None:
    with reading(language):
        words = page.desk_words()
        own = sent()["desk.button.approve"]
    assert words["language"] == language
    assert own == {"en": "Approve", "de": "Freigeben", "fr": "Approuver"}[language]
