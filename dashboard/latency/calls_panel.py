"""The time of calls, and the slowest of them: brush the chart, choose a call, see its phases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

import pandas as pd
import streamlit as st

from core.errors import StoreError
from core.moderation.permissions import Actor
from core.services.slow_calls import list_slowest, load_request
from core.services.traffic import WindowTraffic
from core.servinglog.percentiles import Quantile
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import ServingRecord
from core.servinglog.traffic_filter import Traffic
from core.servinglog.windows import Window
from dashboard.address_choices import keep_choices
from dashboard.chart_language import in_own_language
from dashboard.latency.charts import Axes
from dashboard.latency.marks import ChartMark, mark_lines
from dashboard.latency.own_words import with_own_series
from dashboard.latency.panels import CHART_KEY, chosen_percentile, latency_panel, throughput_panel
from dashboard.latency.part import (
    CALL,
    PART,
    brushed,
    choose_part,
    chosen_call,
    chosen_part,
    slowest_stretch,
)
from dashboard.latency.part_control import part_control, part_title
from dashboard.latency.slowest_table import slowest_table
from dashboard.latency.tables import table_panel
from dashboard.latency.waterfall import (
    AXIS_PX,
    ROW_PX,
    call_lines,
    waterfall,
    waterfall_rows,
)
from dashboard.problems import told
from dashboard.staff_texts import count, say


@dataclass(frozen=True, slots=True)
class Place:
    """Where the calls are read, and in which zone the viewer reads times."""

    queries: ServingLogQueries
    actor: Actor
    traffic: Traffic
    until: datetime
    zone: tzinfo
    zone_name: str
    marks: Sequence[ChartMark]


@st.fragment
def calls_panel(view: WindowTraffic, axes: Axes, place: Place) -> None:
    """A fragment of its own: a brush redraws this part of the page alone."""
    keep_choices(PART, CALL)
    part = chosen_part()
    left, right = st.columns([57, 43], gap="medium")
    with left:
        latency_panel(view, axes, part, place.marks, on_brush=_take_brush)
        throughput_panel(view, axes)
        _key(place)
        table_panel(view)
    with right:
        _slowest(view, part, chosen_percentile(), place)


def _key(place: Place) -> None:
    lines = mark_lines(place.marks, place.zone)
    if lines:
        with st.expander(count("latency.marks.title", len(lines))):
            st.text("\n".join(lines))


def _take_brush() -> None:
    """Callback of the chart."""
    choose_part(brushed(st.session_state[CHART_KEY]["selection"]))


def _slowest(view: WindowTraffic, part: Window | None, quantile: Quantile, place: Place) -> None:
    with st.container(key="slowest_calls"):
        st.markdown(part_title(part, place.zone))
    stretch = slowest_stretch(view.lines, quantile, view.bucket_s)
    part_control(part, stretch, place.until, place.zone)
    try:
        calls = view.slowest if part is None else _calls_of(part, place)
        if calls.empty:
            st.caption(_nothing(part))
            return
        chosen = slowest_table(calls, chosen_call(), place.zone_name)
        if view.summary.bound and part is None:
            st.caption(say("latency.slowest.rows_alone"))
        request = load_request(place.actor, place.queries, chosen.call_id, chosen.at)
    except StoreError as error:
        st.error(told(error), icon=":material/error:")
        return
    _request(request)


def _calls_of(part: Window, place: Place) -> pd.DataFrame:
    return with_own_series(list_slowest(place.actor, place.queries, part, place.traffic))


def _nothing(part: Window | None) -> str:
    return say("latency.slowest.sums_alone" if part is None else "latency.slowest.none_in_part")


def _request(calls: Sequence[ServingRecord]) -> None:
    st.markdown(say("latency.request.line", title=f"**{say('latency.request.title')}**"))
    if not calls:
        st.caption(say("latency.request.gone"))
        return
    rows = waterfall_rows(calls)
    with st.container(key="request"):  # a chart that nobody selects in has no class of its own
        st.altair_chart(
            in_own_language(waterfall(rows)),
            height=AXIS_PX + ROW_PX * max(2, len(rows)),
            key="waterfall",
            alt=say("latency.request.about", calls=" ".join(call_lines(calls))),
        )
    st.text("\n".join(call_lines(calls)))
    st.caption(say("latency.request.order"))
