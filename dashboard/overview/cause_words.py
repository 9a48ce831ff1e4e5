"""What is told of a likely cause, in the reader's language.

The cause comes in English sentences, for an alert tells the same as the page. Each of them is one
of the English sentences in `overview.toml` with values in it: it is found there by its form, and
said in the reader's language with the same values. One that is not there is shown as it is.
"""

import re
from functools import cache

from core.moderation.languages import ENGLISH
from core.texts.texts import staff_texts_in
from dashboard.shares import in_own_form
from dashboard.staff_texts import joined, say

_SENTENCES = "overview.cause"
_VALUES = {
    "before": "overview.more_phases",
    "kinds": "overview.failed_kind",
    "outage": "overview.outage",
    "phase": "overview.phase",
    "refusal": "overview.refusal",
    "same": "overview.phase",
}
"""The tables of the values that are words, by the name of the value."""
_ONE_OF = ("outage", "refusal")
"""Of these the table holds every value as it is."""
_NAMES = ("backend", "process", "subject", "version")
_FIGURE = re.compile(r"\d[\d,]*(\.\d+)?(×| ms| s| min)?")
_NAME = re.compile(r"\\{(\w+)\\}")
_LIST = re.compile(r", | and ")


def in_own_words(sentence: str) -> str:
    """The sentence of a cause as the reader reads it."""
    return _said(_SENTENCES, sentence) or sentence


def _said(table: str, english: str) -> str | None:
    """What that table says for these English words; None if it does not have them."""
    for key, form in _forms(table):
        if found := form.fullmatch(english):
            values = {name: _value(name, words) for name, words in found.groupdict().items()}
            return say(key, **values)
    return None


def _value(name: str, words: str) -> str:
    """A value in the reader's form: a figure, words of the value's table, a list of either; names
    and whatever else is not known stay."""
    if name == "advice":
        return in_own_words(words)
    if name in _NAMES:
        return words
    told = [_part(name, part) for part in _LIST.split(words)]
    known = [part for part in told if part is not None]
    if len(known) < len(told):
        return words
    return joined(known) if " and " in words else ", ".join(known)


def _part(name: str, words: str) -> str | None:
    if _FIGURE.fullmatch(words):
        return in_own_form(words)
    if (table := _VALUES.get(name)) is None:
        return None
    own_words = _said(table, words[:1].lower() + words[1:])
    if own_words is None or words[:1].islower():
        return own_words
    return own_words[:1].upper() + own_words[1:]


@cache
def _forms(table: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The keys of a table and the forms of their English sentences, those with most words first."""
    english = staff_texts_in(ENGLISH).sentences
    keys = [key for key in english if key.rpartition(".")[0] == table]
    keys.sort(key=lambda key: -len(re.sub(r"\{\w+\}", "", english[key])))
    return tuple((key, re.compile(_NAME.sub(_any, re.escape(english[key])))) for key in keys)


def _any(name: re.Match[str]) -> str:
    """What may stand in place of a name in braces."""
    every = ".+?"
    if name[1] in _ONE_OF:
        every = "|".join(form.pattern for _, form in _forms(_VALUES[name[1]]))
    return f"(?P<{name[1]}>{every})"
