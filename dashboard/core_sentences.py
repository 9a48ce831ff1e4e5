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


def in_own_words(english: str, table: str, **values: Callable[[str], str]) -> str:
    """The sentence of that table that reads so in English. What stands in place of a name in braces
    is written by the function given for the name, if there is one, and else as it is. A sentence
    that the table does not have stays as it is."""
    for key, form in _forms(table):
        if found := form.fullmatch(english):
            own = {name: values.get(name, str)(text) for name, text in found.groupdict().items()}
            return say(key, **own)
    return english


@cache
def _forms(table: str) -> list[tuple[str, re.Pattern[str]]]:
    """By key, those with the most words of their own first: others may hold for the same text."""
    sentences = {
        key: text
        for key, text in staff_texts_in(ENGLISH).sentences.items()
        if key.rpartition(".")[0] == table
    }
    keys = sorted(sentences, key=lambda key: -len(re.sub(r"\{\w+\}", "", sentences[key])))
    return [(key, _form(sentences[key])) for key in keys]


def _form(sentence: str) -> re.Pattern[str]:
    parts = [
        re.escape(words) + (f"(?P<{name}>.+?)" if name else "")
        for words, name, _, _ in string.Formatter().parse(sentence)
    ]
    return re.compile("".join(parts), re.DOTALL)
