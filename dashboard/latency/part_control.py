"""Choosing a part of the window without a mouse: the slowest stretch, or two times."""

from datetime import datetime, tzinfo

import streamlit as st

from core.servinglog.windows import Window
from dashboard.latency.part import choose_part, typed_part

FROM, TO, TROUBLE = "part_from", "part_to", "part_trouble"


def part_control(part: Window | None, slowest: Window | None, now: datetime, zone: tzinfo) -> None:
    """Buttons for the slowest stretch and for the whole window, and fields for two times."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Slowest stretch",
            key="slowest_stretch",
            icon=":material/vertical_align_top:",
            on_click=choose_part,
            args=(slowest,),
            disabled=slowest is None,
            help="The bucket of the chart with the highest percentile.",
        )
        with st.popover("From … to …", icon=":material/schedule:"):
            _fields(now, zone)
        if part is not None:
            st.button(
                "Whole window",
                key="whole_window",
                icon=":material/close:",
                on_click=choose_part,
                args=(None,),
            )


def part_words(part: Window | None, zone: tzinfo) -> str:
    """`12:03:00–12:05:00`; Markdown."""
    if part is None:
        return "of the whole window; brush the chart to choose a part"
    since, until = part.since.astimezone(zone), part.until.astimezone(zone)
    day = "" if since.date() == until.date() else "%d %b "
    return f"from {since:%d %b %H:%M:%S} to {until:{day}%H:%M:%S}"


def _fields(now: datetime, zone: tzinfo) -> None:
    st.text_input("From", key=FROM, placeholder="12:03 or 2026-11-29 12:03:20")
    st.text_input("To", key=TO, placeholder="12:05")
    st.button("Show its slowest calls", key="part_typed", on_click=_take, args=(now, zone))
    trouble = st.session_state.pop(TROUBLE, None)
    if trouble:
        st.error(trouble)


def _take(now: datetime, zone: tzinfo) -> None:
    """Callback: the two typed times."""
    part = typed_part(st.session_state[FROM], st.session_state[TO], now, zone)
    if part is None:
        st.session_state[TROUBLE] = "Write two times, the earlier one first: 12:03 and 12:05."
    else:
        choose_part(part)
