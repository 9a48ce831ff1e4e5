"""The title row of the latency page: the choice of window and traffic."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.servinglog.answers import Series
from core.servinglog.traffic_filter import Traffic
from core.servinglog.windows import WindowChoice
from dashboard.address_choices import forget_choices
from dashboard.latency.own_words import mode_words
from dashboard.latency.request_search import search_field
from dashboard.serving_log import WINDOW_KEY, default_modes, window_control
from dashboard.staff_texts import say
from dashboard.wording import plain

MODES_KEY = "modes"


@dataclass(frozen=True, slots=True)
class Header:
    """The choices, and the container `note` next to the title for a line about the window."""

    choice: WindowChoice
    traffic: Traffic
    note: DeltaGenerator


def title_row(series: Sequence[Series], default: WindowChoice) -> Header:
    """Title, container for a note, search, filter and window."""
    # What a field of the page holds is dropped when the page is left.
    if MODES_KEY not in st.session_state:
        forget_choices()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(say("common.page.latency"), width="content", anchor=False)
        note = st.container(width="content")
        st.space("stretch")
        search_field()
        with st.popover(say("latency.head.filter"), icon=":material/filter_list:"):
            traffic = _traffic(series)
        choice = window_control(default)
    return Header(choice, traffic, note)


def show_all() -> None:
    """Callback: widen the window to the whole log."""
    st.session_state[WINDOW_KEY] = WindowChoice.ALL.value


def _traffic(series: Sequence[Series]) -> Traffic:
    modes = st.pills(
        say("latency.head.traffic"),
        list(dict.fromkeys(one.mode for one in series)),
        selection_mode="multi",
        default=default_modes(series),
        format_func=lambda mode: plain(mode_words(str(mode))),
        key=MODES_KEY,
        help=say("latency.head.about_traffic"),
    )
    backends = list(dict.fromkeys(one.backend for one in series))
    chosen = st.pills(
        say("latency.head.backends"),
        backends,
        selection_mode="multi",
        default=backends,
        format_func=plain,
        key="backends",
    )
    return Traffic(modes=tuple(modes), backends=tuple(chosen))
