"""The words of the staff's pages, in the language of whoever reads them.

Whatever runs has its language in a variable of its own: a page from the session, where its first
run puts it (`dashboard.staff_language`), a request of the review desk from the person. Everything
else, a test of words among it, reads English.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.moderation.languages import ENGLISH
from core.texts.texts import Texts, staff_texts_in

LANGUAGE_KEY = "staff_language"
_LANGUAGE: ContextVar[str | None] = ContextVar("language", default=None)
Member = TypeVar("Member", bound=StrEnum)
Value = TypeVar("Value")


def staff_texts() -> Texts:
    """The texts in the reader's language."""
    language = _LANGUAGE.get()
    if language is None and get_script_run_ctx(suppress_warning=True) is not None:
        # Once in a thread, as of a fragment's run: Streamlit may stop a run whenever it reads the
        # session, and words are said between a change and what tells of it.
        language = st.session_state.get(LANGUAGE_KEY, ENGLISH)
        _LANGUAGE.set(language)
    return staff_texts_in(language or ENGLISH)


def read_in(language: str) -> None:
    """What is said in this session, and in the rest of this run, is said in that language."""
    st.session_state[LANGUAGE_KEY] = language
    _LANGUAGE.set(language)


@contextmanager
def reading(language: str) -> Iterator[None]:
    """What is said within is said in that language."""
    token = _LANGUAGE.set(language)
    try:
        yield
    finally:
        _LANGUAGE.reset(token)


def say(key: str, **values: str) -> str:
    """The sentence of that key, with the values in place of the names in braces."""
    return staff_texts().say(key, **values)


def count(key: str, number: int, **values: str) -> str:
    """The sentence about so many things, `{count}`: `key.one` or `key.other`."""
    return staff_texts().count(key, number, **values)


def number(value: int) -> str:
    """A whole number with its thousands apart."""
    return staff_texts().number(value)


def decimal(value: float, digits: int) -> str:
    """A number with so many digits after the decimal sign."""
    return staff_texts().decimal(value, digits)


def joined(parts: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = parts
    return say("common.list.and", first=", ".join(first), last=last) if first else last


class Said(Mapping[Member, Value]):
    """What is said of each of these members of an enum. `words` is asked at each reading, so that
    the words are in the language of the moment: a dict of sentences would keep those of the first
    one."""

    def __init__(self, members: Iterable[Member], words: Callable[[Member], Value]) -> None:
        self._members = {member: member for member in members}
        self._words = words

    def __getitem__(self, member: Member) -> Value:
        return self._words(self._members[member])

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


def said(table: str, members: Iterable[Member]) -> Said[Member, str]:
    """The words of each member of an enum; the table's keys are the members' names in small
    letters."""
    return Said(members, lambda member: say(f"{table}.{member.name.lower()}"))
