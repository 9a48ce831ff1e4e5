"""What the latency page says where there is no call to show."""

import streamlit as st

from core.services.traffic import LogOverview
from dashboard.latency.header import Header, show_all
from dashboard.serving_log import contents_note
from dashboard.staff_texts import say
from dashboard.wording import ago


def nothing_logged(log: LogOverview) -> None:
    """How the log is filled."""
    st.subheader(say("common.page.latency"), anchor=False)
    st.info(say("latency.nothing.logged"), icon=":material/speed:")
    st.caption(say("latency.nothing.how"))
    contents_note(log.contents)


def nothing_in_window(header: Header, log: LogOverview) -> None:
    """Where the calls are: outside the filter or before the window."""
    if not log.series:
        st.info(say("latency.nothing.logged"), icon=":material/speed:")
        return
    chosen = [one.last_at for one in log.series if header.traffic.includes(one)]
    if not chosen:
        st.info(say("latency.nothing.filtered"), icon=":material/filter_list:")
        return
    st.info(
        say("latency.nothing.in_window", ago=ago(max(chosen), log.until)),
        icon=":material/hourglass_empty:",
    )
    st.button(say("latency.nothing.show_all"), key="show_all", on_click=show_all)
