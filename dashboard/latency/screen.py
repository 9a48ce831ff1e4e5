"""Latency & throughput: how long scoring takes, by backend and mode, in a chosen window."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from core.bootstrap.services import Services
from core.errors import PermissionDenied, StoreError
from core.moderation.permissions import Actor
from core.services.traffic import LogOverview, WindowTraffic, view_log
from core.servinglog.windows import Window, WindowChoice, smallest_window
from dashboard.figures import bound_line, covered, saved_line
from dashboard.latency.breakdown_panel import breakdown_panel
from dashboard.latency.calls_panel import Place, calls_panel
from dashboard.latency.charts import Axes
from dashboard.latency.compare_control import show_comparison
from dashboard.latency.header import title_row
from dashboard.latency.marks import marks
from dashboard.latency.nothing import nothing_in_window, nothing_logged
from dashboard.latency.own_words import in_own_words, own_series
from dashboard.latency.request_search import search_panel
from dashboard.latency.tiles import tiles
from dashboard.latency.view import load_breakdown, load_events, load_window
from dashboard.problems import told
from dashboard.serving_log import REFRESH_S, contents_note, refused_note
from dashboard.staff_texts import say
from dashboard.wiring import current_actor, current_services


@st.fragment(run_every=REFRESH_S)  # safe to refresh: nobody decides anything on this page
def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    queries = services.serving_log_queries
    try:
        log = view_log(actor, queries, services.clock)
        if log.newest_at is None:
            nothing_logged(log)
            return
        header = title_row(log.series, smallest_window(log.newest_at, log.until))
        with st.spinner(say("latency.head.reading")):
            view = load_window(
                actor.roles,
                str(queries.directory),
                header.choice,
                header.traffic,
                _actor=actor,
                _queries=queries,
                _until=log.until,
            )
    except (PermissionDenied, StoreError) as error:
        st.error(told(error), icon=":material/error:")
        return
    name, zone = _viewer_zone()
    search_panel(queries, actor, name)
    refused_note(view.refused, log.until)
    if view.summary.calls:
        header.note.caption(covered(view.summary, log.until, zone))
        comparison = show_comparison(header, log, queries, actor, zone)
        tiles(comparison, list(view.refused))
        window = Window(*view.span)
        events = load_events(
            actor.roles,
            str(queries.directory),
            header.choice,
            _services=services,
            _actor=actor,
            _window=window,
        )
        shown = marks(events, log.until)
        place = Place(queries, actor, header.traffic, log.until, zone, name, shown)
        _panels(view, log, place, header.choice)
    else:
        nothing_in_window(header, log)
    contents_note(log.contents)


def _panels(view: WindowTraffic, log: LogOverview, place: Place, choice: WindowChoice) -> None:
    lines = (saved_line(view.summary), bound_line(view.summary))
    if notes := " ".join(filter(None, lines)):
        st.caption(notes)
    view, (since, until) = in_own_words(view), view.span
    every = [own_series(one.backend, one.mode) for one in log.series]
    axes = Axes(every, since, until, zone=place.zone_name)
    calls_panel(view, axes, place)
    found = load_breakdown(
        *(place.actor.roles, str(place.queries.directory), choice, place.traffic),
        _actor=place.actor,
        _queries=place.queries,
        _until=place.until,
        _covered_s=view.summary.covered_s,
    )
    is_summed = bool(view.summary.bound)
    names = list(view.table["series"])
    breakdown_panel(found, axes, names, place.zone_name, is_summed=is_summed)
    page = f"[{say('common.page.estimate')}](how_long)"
    st.caption(say("latency.head.estimate", page=page))


def _viewer_zone() -> tuple[str, tzinfo]:
    """The viewer's time zone and its name; UTC if the browser did not report a known one."""
    name = st.context.timezone
    try:
        return (name, ZoneInfo(name)) if name else ("UTC", UTC)
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC", UTC


if __name__ == "__main__":
    render(current_services(), current_actor())
