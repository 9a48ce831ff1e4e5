"""Choosing a part of the window without a mouse: the slowest stretch, or two times."""

from datetime import datetime, tzinfo

import streamlit as st

from core.servinglog.windows import Window
from dashboard.latency.part import choose_part, typed_part
from dashboard.staff_texts import say
from dashboard.wording import short_day

FROM, TO, TROUBLE = "part_from", "part_to", "part_trouble"


def part_control(part: Window | None, slowest: Window | None, now: datetime, zone: tzinfo) -> None:
    """Buttons for the slowest stretch and for the whole window, and fields for two times."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            say("latency.slowest.stretch"),
            key="slowest_stretch",
            icon=":material/vertical_align_top:",
            on_click=choose_part,
            args=(slowest,),
            disabled=slowest is None,
            help=say("latency.slowest.about_stretch"),
        )
        with st.popover(say("latency.slowest.from_to"), icon=":material/schedule:"):
            _fields(now, zone)
        if part is not None:
            st.button(
                say("latency.slowest.whole_window"),
                key="whole_window",
                icon=":material/close:",
                on_click=choose_part,
                args=(None,),
            )


def part_title(part: Window | None, zone: tzinfo) -> str:
    """Of which part the slowest calls are; Markdown."""
    title = f"**{say('latency.slowest.title')}**"
    if part is None:
        return say("latency.slowest.whole", title=title)
    since, until = part.since.astimezone(zone), part.until.astimezone(zone)
    day = "" if since.date() == until.date() else f"{short_day(until)} "
    return say(
        "latency.slowest.part",
        title=title,
        since=f"{short_day(since)} {since:%H:%M:%S}",
        until=f"{day}{until:%H:%M:%S}",
    )


def _fields(now: datetime, zone: tzinfo) -> None:
    st.text_input(
        say("latency.slowest.from"), key=FROM, placeholder=say("latency.slowest.from_hint")
    )
    st.text_input(say("latency.slowest.to"), key=TO, placeholder=say("latency.slowest.to_hint"))
    st.button(say("latency.slowest.show"), key="part_typed", on_click=_take, args=(now, zone))
    trouble = st.session_state.pop(TROUBLE, None)
    if trouble:
        st.error(trouble)


def _take(now: datetime, zone: tzinfo) -> None:
    """Callback: the two typed times."""
    part = typed_part(st.session_state[FROM], st.session_state[TO], now, zone)
    if part is None:
        st.session_state[TROUBLE] = say("latency.slowest.two_times")
    else:
        choose_part(part)
