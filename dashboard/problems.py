"""What services and rules refuse or could not do, in the reader's language.

The messages of exceptions are English, since the API and the commands say them too. `problems.toml`
has each that a page can show by its English form. What a file, a database or a server says is not
there: it stays as it is inside the sentence.
"""

import re
from collections.abc import Callable
from functools import partial

from core.errors import ConsoleError
from core.moderation.languages import ENGLISH
from dashboard.core_sentences import found_in, in_own_words
from dashboard.shares import in_own_form
from dashboard.staff_texts import joined, say, staff_texts

TABLES = (
    "problems.rights",
    "problems.sign_in",
    "problems.people",
    "problems.settings",
    "problems.keys",
    "problems.text",
    "problems.case",
    "review.standing",
    "problems.decision",
    "problems.group",
    "problems.appeal",
    "problems.look",
    "problems.draft",
    "problems.policy",
    "problems.explanation",
    "problems.log",
    "problems.log_line",
    "problems.load_test",
    "problems.results",
    "problems.parity",
    "problems.file",
    "problems.backend",
    "problems.backends_file",
    "problems.model",
    "problems.state",
    "problems.search",
)
"""Of whole messages. Other tables of the file have words that stand in them."""
_FIGURES = frozenset(
    {
        *("count", "most", "least", "value", "low", "high", "share"),
        *("rate", "seconds", "files", "rows", "entries"),
    }
)
_MEMBERS = {
    "action": "review.action",
    "kind": "policy.kind",
    "label": "common.label",
    "role": "common.role_name",
    "status": "review.status",
}
"""The tables of values of enums."""
_WORDS = {
    "advice": "problems.server_advice",
    "field": "problems.field",
    "note": "problems.note",
    "outcome": "problems.outcome",
    "permission": "help.permission",
    "range": "problems.server_range",
    "reason": "problems.server_reason",
    "part": "problems.part",
    "step": "problems.sign_in_step",
    "what": "problems.quantity",
}
"""The tables of other values that are words of ours."""
_SERVER = ("problems.server",)
_PART = re.compile(r": ")
_QUOTED = re.compile(r"(['\"])(.*)\1", re.DOTALL)


def told(problem: ConsoleError | str) -> str:
    """The error, or its message. One that is not known stays as it is."""
    english = str(problem)
    if staff_texts().language == ENGLISH:
        return english
    return (
        _told_of_a_server(english)
        or found_in(TABLES, english, _written)
        or _told_after_place(english)
        or english
    )


def _told_of_a_server(english: str) -> str | None:
    """Of `tei gave no answer in time`: the name of a backend has no space."""
    backend, _, failure = english.partition(" ")
    own = found_in(_SERVER, failure, _written)
    return None if own is None else say("problems.form.placed", place=backend, problem=own)


def _told_after_place(english: str) -> str | None:
    """Of `prices.toml, price 'tei': unknown entry 'x'`: the place and the message have each its own
    sentence. None if neither is known."""
    known_place = None
    for colon in _PART.finditer(english):
        before, after = english[: colon.start()], english[colon.end() :]
        if (own := found_in(TABLES, after, _written)) is not None:
            return say("problems.form.placed", place=_places(before), problem=own)
        if known_place is None and _place(before) != before:
            known_place = say("problems.form.placed", place=_place(before), problem=after)
    return known_place


def _places(words: str) -> str:
    """One, or several of which each is in the one before it."""
    return _place(words) if _place(words) != words else ": ".join(map(_place, words.split(": ")))


def _place(words: str) -> str:
    found = found_in(("problems.place",), words, _written)
    return _member("common.label", words) if found is None else found


def _written(name: str, words: str) -> str:
    """A value in the reader's form."""
    if name in _FIGURES:
        return in_own_form(words)
    if name in _MEMBERS:
        return _member(_MEMBERS[name], words)
    if name in _WORDS:
        return in_own_words(words.strip("`"), _WORDS[name])
    if name in _OWN_WAYS:
        return _OWN_WAYS[name](words)
    return _in_own_quotes(words)


def _member(table: str, value: str) -> str:
    key = f"{table}.{value}"
    return say(key) if staff_texts().has(key) else value


def _roles(words: str) -> str:
    return joined([_member("common.role_name", role) for role in words.split(" and ")])


def _staff(words: str) -> str:
    return ", ".join(_member("common.role_name", role) for role in words.split(", "))


def _names(words: str) -> str:
    return ", ".join(re.split(" or | and ", words))


def _failure(words: str) -> str:
    return found_in(_SERVER, words, _written) or words


def _each_part(words: str, table: str) -> str:
    return "; ".join(found_in((table,), part, _written) or part for part in words.split("; "))


def _scopes(words: str) -> str:
    scopes = (scope.replace(":", "_") for scope in words.split(", "))
    return ", ".join(_member("keys.scope", scope) for scope in scopes)


def _in_own_quotes(words: str) -> str:
    """A value as Python quotes it, in the reader's quotes."""
    found = _QUOTED.fullmatch(words)
    return say("review.words.quoted", word=found[2]) if found else words


_OWN_WAYS: dict[str, Callable[[str], str]] = {
    "failure": _failure,
    "names": _names,
    "packages": partial(_each_part, table="problems.package"),
    "parts": partial(_each_part, table="problems.search_part"),
    "problem": told,
    "roles": _roles,
    "scopes": _scopes,
    "staff": _staff,
    "target": partial(in_own_words, table="problems.target", count=in_own_form),
}
