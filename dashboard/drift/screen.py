"""Drift: whether what comes in lately, and what the model makes of it, differs from before."""

import streamlit as st

from core.bootstrap.services import Services
from core.errors import PermissionDenied, StoreError
from core.moderation.daily_drift import FEWEST_ROWS
from core.moderation.permissions import Actor, Role
from core.services.context import Context
from core.services.drift import DriftReport, WantedDrift, load_drift
from core.services.policy_history import PolicyHistory
from dashboard.address_choices import read_in_any_language
from dashboard.chart_language import in_own_language
from dashboard.data_table import data_table
from dashboard.drift.charts import day_chart, reliability_chart
from dashboard.drift.wording import (
    DriftReference,
    DriftSpan,
    band_frame,
    drift_words,
    is_faint,
    measure_frame,
    measure_key,
    measure_name,
    period_words,
    reliability_words,
    wanted_drift,
)
from dashboard.problems import told
from dashboard.span_choice import choose_span
from dashboard.staff_texts import decimal, number, say
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
        with st.spinner(say("drift.page.reading")):
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
        st.error(plain(told(error)), icon=":material/error:")
        return
    st.markdown(plain(drift_words(report.measures)))
    st.caption(plain(period_words(report)))
    if not report.measures:
        st.info(say("drift.page.none"), icon=":material/timeline:")
        return
    data_table(
        measure_frame(report.measures),
        {},
        key="measures",
        alt=say("drift.table.about"),
        most_rows=MOST_ROWS,
        grey=[is_faint(one) for one in report.measures],
    )
    st.caption(say("drift.page.how"))
    left, right = st.columns([60, 40], gap="medium")
    with left:
        _days(report)
    with right:
        _bands(report)


def _header() -> WantedDrift:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(say("common.page.drift"), width="content", anchor=False)
        st.space("stretch")
        against = _choose_reference()
        return wanted_drift(choose_span(DriftSpan.WEEK, "drift.span"), against)


def _choose_reference() -> DriftReference:
    keys = {str(each): f"drift.against.{each.name.lower()}" for each in DriftReference}
    read_in_any_language("against", keys)
    chosen = st.segmented_control(
        say("drift.against.title"),
        list(DriftReference),
        default=DriftReference.BEFORE,
        key="against",
        format_func=lambda each: say(keys[str(each)]),
        required=True,
        label_visibility="collapsed",
        bind="query-params",
    )
    return DriftReference(chosen or DriftReference.BEFORE)


@st.cache_data(ttl=KEPT_S, max_entries=32, show_spinner=False)
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
    st.markdown(f"**{say('drift.days.title')}**")
    read_in_any_language("measure", {name: measure_key(name) for name in names})
    name = st.selectbox(
        say("drift.days.measure"),
        names,
        key="measure",
        format_func=measure_name,
        label_visibility="collapsed",
        bind="query-params",
    )
    one = report.measures[names.index(name)]
    if not one.has_days:
        st.caption(say("drift.days.none", comments=number(FEWEST_ROWS)))
        return
    st.altair_chart(
        in_own_language(day_chart(one)),
        height=CHART_HEIGHT,
        key="days",
        alt=say("drift.days.about", measure=measure_name(one.name)),
    )
    if one.band is not None:
        share = say("common.unit.percent", figure=decimal(one.band.share * 100, 0))
        st.caption(say("drift.days.band", share=share))


def _bands(report: DriftReport) -> None:
    st.markdown(f"**{say('drift.bands.title')}**")
    st.markdown(plain(reliability_words(report.bands)))
    frame = band_frame(report.bands)
    if len(frame):
        st.altair_chart(
            in_own_language(reliability_chart(frame)),
            height=CHART_HEIGHT,
            key="bands",
            alt=say("drift.bands.about"),
        )
    st.caption(say("drift.bands.how"))


if __name__ == "__main__":
    render(current_services(), current_actor())
