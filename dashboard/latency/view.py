"""One window of the latency page, cached for one refresh."""

from datetime import datetime

import streamlit as st

from core.moderation.permissions import Actor
from core.services.traffic import WindowTraffic, view_window
from core.servinglog.queries import ServingLogQueries, Traffic
from core.servinglog.windows import WindowChoice
from dashboard.latency.charts import MAX_POINTS, busiest
from dashboard.serving_log import REFRESH_S


@st.cache_data(ttl=REFRESH_S, max_entries=32, show_spinner="Reading the serving log …")
def load_window(
    role: str,
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
