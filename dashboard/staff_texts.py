"""The words of the staff's pages, in the language of whoever reads them.

A page's run has its language in the session (`dashboard.staff_language`), a request of the review
desk in the variable below; everything else, a test of words among it, reads English.
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
_OUTSIDE_PAGES = ContextVar("language", default=ENGLISH)
Member = TypeVar("Member", bound=StrEnum)
Value = TypeVar("Value")


def staff_texts() -> Texts:
    """The texts in the reader's language."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return staff_texts_in(_OUTSIDE_PAGES.get())
    return staff_texts_in(st.session_state.get(LANGUAGE_KEY, ENGLISH))


@contextmanager
def reading(language: str) -> Iterator[None]:
    """What is said within, outside of a page's run, is said in that language."""
    token = _OUTSIDE_PAGES.set(language)
    try:
        yield
    finally:
        _OUTSIDE_PAGES.reset(token)


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
