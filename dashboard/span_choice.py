"""The choice of a span of time at the top of a page; it is part of the page's address."""

from enum import StrEnum
from typing import TypeVar

import streamlit as st

from dashboard.address_choices import read_in_any_language
from dashboard.staff_texts import say

Span = TypeVar("Span", bound=StrEnum)


def choose_span(default: Span, table: str, label: str | None = None) -> Span:
    """One button for each member of the default's type, with its words in that table; `label` is
    for screen readers."""
    kind = type(default)
    keys = {str(each): f"{table}.{each.name.lower()}" for each in kind}
    read_in_any_language("span", keys)
    chosen = st.segmented_control(
        label or say("common.span.title"),
        list(kind),
        default=default,
        key="span",
        format_func=lambda each: say(keys[str(each)]),
        required=True,
        label_visibility="collapsed",
        bind="query-params",
    )
    return kind(chosen or default)
