"""What the latency page says where there is no call to show."""

import streamlit as st

from core.services.traffic import LogOverview
from dashboard.latency.header import Header, show_all
from dashboard.serving_log import contents_note
from dashboard.wording import ago


def nothing_logged(log: LogOverview) -> None:
    """How the log is filled."""
    st.subheader("Latency & throughput", anchor=False)
    st.info("No call to a backend has been logged yet.", icon=":material/speed:")
    st.caption(
        "The command modconsole score scores the comments that wait; every call it makes, and "
        "every call of the API and of this console, then shows here within seconds."
    )
    contents_note(log.contents)


def nothing_in_window(header: Header, log: LogOverview) -> None:
    """Where the calls are: outside the filter or before the window."""
    if not log.series:
        st.info("No call to a backend has been logged yet.", icon=":material/speed:")
        return
    chosen = [one.last_at for one in log.series if header.traffic.includes(one)]
    if not chosen:
        st.info("The filter leaves out every call of the log.", icon=":material/filter_list:")
        return
    st.info(
        f"No calls in this window; the last was {ago(max(chosen), log.until)}.",
        icon=":material/hourglass_empty:",
    )
    st.button("Show the whole log", key="show_all", on_click=show_all)
