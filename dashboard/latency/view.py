"""One window of the latency page, cached for one refresh."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from core.bootstrap.objectives import alert_file
from core.bootstrap.services import Services
from core.moderation.permissions import Actor, Role
from core.services.breakdown import Breakdown, break_down
from core.services.comparison import Comparand, Comparison, compare, list_comparands
from core.services.site_changes import SiteEvents, list_events
from core.services.traffic import WindowTraffic, view_window
from core.servinglog.answers import Series
from core.servinglog.queries import ServingLogQueries
from core.servinglog.traffic_filter import Traffic
from core.servinglog.windows import Window, WindowChoice, window_of
from dashboard.latency.charts import MAX_POINTS, busiest
from dashboard.serving_log import REFRESH_S


@st.cache_data(ttl=REFRESH_S, max_entries=32, show_spinner=False)
def load_window(
    roles: tuple[Role, ...],
    folder: str,
    choice: WindowChoice,
    traffic: Traffic,
    *,
    _actor: Actor,
    _queries: ServingLogQueries,
    _until: datetime,
) -> WindowTraffic:
    """The chosen window before `_until`, cached per role for `REFRESH_S`."""
    return view_window(
        _actor, _queries, choice, traffic, _until, drawn=busiest, max_points=MAX_POINTS
    )


@st.cache_data(ttl=REFRESH_S, max_entries=32, show_spinner=False)
def load_breakdown(
    roles: tuple[Role, ...],
    folder: str,
    choice: WindowChoice,
    traffic: Traffic,
    *,
    _actor: Actor,
    _queries: ServingLogQueries,
    _until: datetime,
    _covered_s: float,
) -> Breakdown:
    """How the calls of the window spread, cached as `load_window`."""
    window = window_of(choice, _until)
    return break_down(_actor, _queries, window, traffic, _covered_s)


@st.cache_data(ttl=REFRESH_S, max_entries=32, show_spinner=False)
def load_events(
    roles: tuple[Role, ...],
    home: str,
    choice: WindowChoice,
    *,
    _services: Services,
    _actor: Actor,
    _window: Window,
) -> SiteEvents:
    """What changed on the site in the window, cached as `load_window`."""
    return list_events(
        _services.context,
        _actor,
        _services.serving_log_queries,
        alert_file(_services.settings),
        _window,
    )


@st.cache_data(ttl=REFRESH_S, max_entries=32, show_spinner=False)
def load_comparands(
    roles: tuple[Role, ...],
    folder: str,
    choice: WindowChoice,
    traffic: Traffic,
    *,
    _actor: Actor,
    _queries: ServingLogQueries,
    _series: Sequence[Series],
    _until: datetime,
) -> tuple[Comparand, ...]:
    """What the window can be compared with, cached as `load_window`."""
    return list_comparands(_actor, _queries, choice, traffic, series=_series, until=_until)


@st.cache_data(ttl=REFRESH_S, max_entries=32, show_spinner=False)
def load_comparison(
    roles: tuple[Role, ...],
    folder: str,
    choice: WindowChoice,
    traffic: Traffic,
    comparand: Comparand,
    *,
    _actor: Actor,
    _queries: ServingLogQueries,
    _until: datetime,
) -> Comparison:
    """The window against what was chosen, cached as `load_window`."""
    return compare(_actor, _queries, choice, traffic, comparand=comparand, until=_until)
