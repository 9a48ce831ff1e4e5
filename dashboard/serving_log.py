"""What the pages that read the serving log share: its series, live traffic, window and refresh."""

from collections.abc import Sequence

import streamlit as st

from core.servinglog.answers import Series
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import Mode

REFRESH_S = 15
# Key and query parameter of the chosen window, which a link from one page to the other keeps.
WINDOW_KEY = "window"
# What people wait for. Load tests and warm-up are there to be chosen, not to move a percentile.
LIVE_MODES = (Mode.REALTIME, Mode.BATCH)


@st.cache_data(ttl=REFRESH_S, max_entries=8, show_spinner="Reading the serving log …")
def load_series(_queries: ServingLogQueries, folder: str) -> tuple[Series, ...]:
    """Every backend and mode ever logged in that folder."""
    return _queries.series_names()


def default_modes(series: Sequence[Series]) -> list[str]:
    """Live traffic; everything when nothing live was ever logged."""
    known = list(dict.fromkeys(one.mode for one in series))
    return [mode for mode in known if mode in LIVE_MODES] or known
