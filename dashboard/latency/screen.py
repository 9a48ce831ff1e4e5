"""Latency & throughput: what scoring costs in time, by backend and mode, for any window."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from core.bootstrap.services import Services
from core.errors import PermissionDenied, StoreError
from core.moderation.permissions import Actor, Permission, check_can
from core.servinglog.answers import Series
from core.servinglog.windows import smallest_window
from dashboard.figures import covered, spared
from dashboard.latency.charts import Axes
from dashboard.latency.header import Header, show_all, title_row
from dashboard.latency.panels import (
    answer_panel,
    latency_panel,
    shares_panel,
    throughput_panel,
)
from dashboard.latency.tables import slowest_panel, table_panel
from dashboard.latency.tiles import tiles
from dashboard.latency.view import ServingView, load_view
from dashboard.serving_log import REFRESH_S, load_series
from dashboard.wiring import current_actor, current_services
from dashboard.wording import ago


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    try:
        check_can(actor, Permission.SEE_SERVING)
    except PermissionDenied as refusal:
        st.error(str(refusal))
        return
    _page(services)


@st.fragment(run_every=REFRESH_S)  # nothing is decided here, so it may change while looked at
def _page(services: Services) -> None:
    queries = services.serving_log_queries
    folder = str(queries.directory)
    try:
        series = load_series(queries, folder)
        if not series:
            _nothing_logged()
            return
        newest_at = max(one.last_at for one in series)
        # A call another process logged a moment ago by its own clock is not in the future.
        now = max(services.clock.now(), newest_at + timedelta(microseconds=1))
        header = title_row(series, smallest_window(newest_at, now))
        view = load_view(queries, folder, header.choice, header.traffic, now)
    except StoreError as error:
        st.error(str(error), icon=":material/error:")
        return
    if view.summary.calls:
        _panels(view, header, series, now)
    else:
        _nothing_in_window(header, series, now)


def _panels(view: ServingView, header: Header, series: Sequence[Series], now: datetime) -> None:
    name, zone = _viewer_zone()
    header.note.caption(covered(view.summary, now, zone))
    tiles(view, before=f"vs the {header.choice} before")
    saved = spared(view.summary)
    if saved:
        st.caption(saved)
    since, until = view.span
    axes = Axes([one.name for one in series], since, until, zone=name)
    left, right = st.columns([57, 43], gap="medium")
    with left:
        latency_panel(view, axes)
        throughput_panel(view, axes)
    with right:
        table_panel(view)
        shares_panel(view)
        answer_panel(view)
    slowest_panel(view, name)


def _nothing_logged() -> None:
    st.subheader("Latency & throughput", anchor=False)
    st.info("No call to a backend has been logged yet.", icon=":material/speed:")
    st.caption(
        "`modconsole score` scores the comments that wait; every call it makes, and every call of "
        "the API and of this console, then shows here within seconds."
    )


def _nothing_in_window(header: Header, series: Sequence[Series], now: datetime) -> None:
    chosen = [one.last_at for one in series if header.traffic.includes(one)]
    if not chosen:
        st.info("The filter leaves out every call of the log.", icon=":material/filter_list:")
        return
    st.info(
        f"No calls in this window; the last was {ago(max(chosen), now)}.",
        icon=":material/hourglass_empty:",
    )
    st.button("Show the whole log", key="show_all", on_click=show_all)


def _viewer_zone() -> tuple[str, tzinfo]:
    """The viewer's zone by name, or UTC when the browser did not say."""
    name = st.context.timezone
    try:
        return (name, ZoneInfo(name)) if name else ("UTC", UTC)
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC", UTC


if __name__ == "__main__":
    render(current_services(), current_actor())
