"""Shared by the pages that read the serving log: window, live traffic, refresh and notes."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from core.servinglog.answers import LogContents, Refused, Series
from core.servinglog.record import LIVE_MODES
from core.servinglog.windows import WindowChoice
from dashboard.address_choices import read_in_any_language
from dashboard.figures import has_lost, log_notes, problem_lines, refused_line
from dashboard.problems import told
from dashboard.staff_texts import said, say

_WINDOWS = said("common.window", WindowChoice)
REFRESH_S = 15
# Widget key and query parameter of the window; links between the pages keep it.
WINDOW_KEY = "window"


def default_modes(series: Sequence[Series]) -> list[str]:
    """The live modes; all modes if no live traffic was ever logged."""
    known = list(dict.fromkeys(one.mode for one in series))
    return [mode for mode in known if mode in LIVE_MODES] or known


def window_control(default: WindowChoice) -> WindowChoice:
    """The choice of window, the same on every page."""
    read_in_any_language(
        WINDOW_KEY, {one.value: f"common.window.{one.name.lower()}" for one in WindowChoice}
    )
    chosen = st.segmented_control(
        say("common.log.window"),
        [choice.value for choice in WindowChoice],
        default=default.value,
        key=WINDOW_KEY,
        format_func=_WINDOWS.__getitem__,
        required=True,
        label_visibility="collapsed",
        bind="query-params",
    )
    return WindowChoice(chosen or default)


def refused_note(refused: Sequence[Refused], now: datetime) -> None:
    """How many requests were refused in the window, and why; draws nothing if none were."""
    words = refused_line(refused, now)
    if words is not None:
        show = st.warning if has_lost(refused) else st.info
        show(words, icon=":material/block:")


def contents_note(contents: LogContents) -> None:
    """What the figures leave out: the shared store, if it can't be read, and lines of the log;
    unreadable ones in an expander."""
    if contents.store_problem is not None:
        st.warning(told(contents.store_problem), icon=":material/cloud_off:")
    words = log_notes(contents)
    if words is None:
        return
    if not contents.problems:
        st.caption(words)
        return
    with st.expander(words):
        st.text("\n".join(problem_lines(contents.problems)))
