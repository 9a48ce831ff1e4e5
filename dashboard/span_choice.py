"""The choice of a span of time at the top of a page; it is part of the page's address."""

from enum import StrEnum
from typing import TypeVar

import streamlit as st

Span = TypeVar("Span", bound=StrEnum)


def choose_span(default: Span, label: str = "Span") -> Span:
    """One button for each member of the default's type; `label` is for screen readers."""
    kind = type(default)
    chosen = st.segmented_control(
        label,
        list(kind),
        default=default,
        key="span",
        required=True,
        label_visibility="collapsed",
        bind="query-params",
    )
    return kind(chosen or default)
