"""Sentences that core makes in English, in the reader's language.

Commands and reports say them too, so core keeps them in its own language, with the figures written
in. A page knows such a sentence by its English form in the files of texts, and says it anew.
"""

import re
import string
from collections.abc import Callable
from functools import cache

from core.moderation.languages import ENGLISH
from core.texts.texts import staff_texts_in
from dashboard.staff_texts import say

Written = Callable[[str, str], str]
"""A value in the reader's language, by the name that it has in the sentence."""
_ENTRY, _GIVEN = "`[^`]+`", r"'(?:[^'\\]|\\.)*'|\"[^\"]*\""
_LOOK_SO = {
    "answer": r"\d+(?: \(.+?\))?",
    **dict.fromkeys(("entry", "field"), _ENTRY),
    **dict.fromkeys(("given", "meant"), _GIVEN),
    "id": r"\S+",
}
"""Values that are always in the quotes of code, or of Python, or otherwise alike. A short sentence
that may begin with anything would hold for many."""


def in_own_words(english: str, table: str, **values: Callable[[str], str]) -> str:
    """The sentence of that table that reads so in English. What stands in place of a name in braces
    is written by the function given for the name, if there is one, and else as it is. A sentence
    that the table does not have stays as it is."""
    found = found_in((table,), english, lambda name, text: values.get(name, str)(text))
    return english if found is None else found


def found_in(tables: tuple[str, ...], english: str, written: Written) -> str | None:
    """The sentence of one of the tables that reads so in English; None if they don't have it."""
    for key, form in _forms(tables):
        if found := form.fullmatch(english):
            own = {name: written(name, text) for name, text in found.groupdict().items()}
            return say(key, **own)
    return None


@cache
def _forms(tables: tuple[str, ...]) -> list[tuple[str, re.Pattern[str]]]:
    """By key, those with the most words of their own first: others may hold for the same text."""
    sentences = {
        key: text
        for key, text in staff_texts_in(ENGLISH).sentences.items()
        if key.rpartition(".")[0] in tables
    }
    keys = sorted(sentences, key=lambda key: -len(re.sub(r"\{\w+\}", "", sentences[key])))
    return [(key, _form(sentences[key])) for key in keys]


def _form(sentence: str) -> re.Pattern[str]:
    parts = [
        re.escape(words) + (f"(?P<{name}>{_LOOK_SO.get(name, '.+?')})" if name else "")
        for words, name, _, _ in string.Formatter().parse(sentence)
    ]
    return re.compile("".join(parts), re.DOTALL)
