"""Drift: whether what comes in lately, and what the model makes of it, differs from before."""

import streamlit as st

from core.bootstrap.services import Services
from core.errors import PermissionDenied, StoreError
from core.moderation.drift_words import drift_summary, reliability_summary
from core.moderation.permissions import Actor, Role
from core.services.context import Context
from core.services.drift import DriftReport, WantedDrift, load_drift
from core.services.policy_history import PolicyHistory
from dashboard.data_table import data_table
from dashboard.drift.charts import day_chart, reliability_chart
from dashboard.drift.wording import (
    HOW,
    HOW_BANDS,
    NO_DAYS,
    DriftReference,
    DriftSpan,
    band_frame,
    is_faint,
    measure_frame,
    period_words,
    wanted_drift,
)
from dashboard.span_choice import choose_span
from dashboard.wiring import current_actor, current_services
from dashboard.wording import plain

KEPT_S = 300
MOST_ROWS = 12
CHART_HEIGHT = 260


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    wanted = _header()
    settings = services.settings
    try:
        report = _load(
            actor.roles,
            settings.state_url,
            str(settings.state_path),
            wanted,
            _context=services.context,
            _past=services.policy_history,
            _actor=actor,
        )
    except (PermissionDenied, StoreError) as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    st.markdown(plain(drift_summary(report.measures)))
    st.caption(period_words(report))
    if not report.measures:
        st.info("No comment was scored in this time.", icon=":material/timeline:")
        return
    data_table(
        measure_frame(report.measures),
        {},
        key="measures",
        alt="Each measure: what may be said of it, in the reference and now",
        most_rows=MOST_ROWS,
        grey=[is_faint(one) for one in report.measures],
    )
    st.caption(HOW)
    left, right = st.columns([60, 40], gap="medium")
    with left:
        _days(report)
    with right:
        _bands(report)


def _header() -> WantedDrift:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Drift", width="content", anchor=False)
        st.space("stretch")
        against = st.segmented_control(
            "Compared with",
            list(DriftReference),
            default=DriftReference.BEFORE,
            key="against",
            required=True,
            label_visibility="collapsed",
            bind="query-params",
        )
        return wanted_drift(
            choose_span(DriftSpan.WEEK, "drift.span"),
            DriftReference(against or DriftReference.BEFORE),
        )


@st.cache_data(ttl=KEPT_S, max_entries=32, show_spinner="Reading the history …")
def _load(
    roles: tuple[Role, ...],
    state_url: str,
    state_path: str,
    wanted: WantedDrift,
    *,
    _context: Context,
    _past: PolicyHistory,
    _actor: Actor,
) -> DriftReport:
    """The report, kept for `KEPT_S` for each role and state."""
    return load_drift(_context, _actor, _past, wanted)


def _days(report: DriftReport) -> None:
    names = [one.name for one in report.measures]
    st.markdown("**Day by day**")
    name = st.selectbox(
        "Measure", names, key="measure", label_visibility="collapsed", bind="query-params"
    )
    one = report.measures[names.index(name)]
    if not one.has_days:
        st.caption(NO_DAYS)
        return
    st.altair_chart(
        day_chart(one),
        height=CHART_HEIGHT,
        key="days",
        alt=f"{one.name} of each day, over the band of ordinary days",
    )
    if one.band is not None:
        share = f"{one.band.share:.0%}".replace("%", " %")
        st.caption(f"The band: {share} of days lie in it if they are like those of the reference.")


def _bands(report: DriftReport) -> None:
    st.markdown("**Scores beside what people decided**")
    st.markdown(plain(reliability_summary(report.bands)))
    frame = band_frame(report.bands)
    if len(frame):
        st.altair_chart(
            reliability_chart(frame),
            height=CHART_HEIGHT,
            key="bands",
            alt="How often people removed texts, by their highest score",
        )
    st.caption(HOW_BANDS)


if __name__ == "__main__":
    render(current_services(), current_actor())
