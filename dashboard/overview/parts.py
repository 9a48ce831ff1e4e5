"""The parts of the overview, from the top of the page to its end."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st
from streamlit.elements.lib.grid_container import GridContainer

from core.moderation.permissions import Actor, Permission, can
from core.services.backends import BackendState, BackendStatus, BackendUse
from core.services.objectives import ObjectivesReport
from core.services.overview import ServingOverview
from core.servinglog.causes.facts import Facts
from dashboard.backend_states import STATE_COLORS, Color, reason, seconds_ago
from dashboard.chart_language import in_own_language
from dashboard.figures import duration, has_lost, reasons
from dashboard.overview.charts import (
    HEIGHT_PX,
    busiest_pair,
    phase_bars,
    phase_rows,
)
from dashboard.overview.wording import (
    TONES,
    Detail,
    Headline,
    ObjectiveTile,
    alert_line,
    change_line,
    objective_tile,
    recent_alerts,
    shut_out_lines,
)
from dashboard.serving_log import WINDOW_KEY
from dashboard.staff_texts import count, number, said, say
from dashboard.wording import plain

WINDOW = "1 h"
TILE_PX = 300  # four in a row at 1,440 pixels, two at 1,024
MOST_LINES = 6
HAS_WINDOW: tuple[Detail, ...] = ("latency", "backends")
_NEEDED: dict[Detail, Permission] = {
    "latency": Permission.SEE_SERVING,
    "backends": Permission.SEE_SERVING,
    "work": Permission.SEE_WORK,
}
_STATES = said("backends.state", BackendState)
_USES = said("backends.use", BackendUse)


def detail_link(actor: Actor, detail: Detail, label: str = "") -> bool:
    """A link to the page with the detail, with the overview's window; False if the actor may not
    see that page."""
    if not can(actor, _NEEDED[detail]):
        return False
    st.page_link(
        f"{detail}/screen.py",
        label=label or say(f"overview.detail.{detail}"),
        icon=":material/arrow_forward:",
        icon_position="right",
        query_params={WINDOW_KEY: WINDOW} if detail in HAS_WINDOW else {},
    )
    return True


def head_card(actor: Actor, words: Headline) -> None:
    """The sentence that says what is wrong, in the largest type of the page."""
    with st.container(border=True, gap="xsmall"):
        st.badge(plain(words.title), color=words.color, icon=_ICONS[words.color])
        st.title(plain(words.sentence), anchor=False)
        if words.evidence:
            st.markdown(plain(words.evidence))
        if words.advice:
            st.markdown(f"**{say('overview.page.to_do')}** {plain(words.advice)}")
        if words.detail is not None:
            detail_link(actor, words.detail)


_ICONS = {
    "red": ":material/error:",
    "orange": ":material/warning:",
    "green": ":material/check_circle:",
    "blue": ":material/info:",
    "gray": ":material/pause_circle:",
}


def objectives_row(actor: Actor, report: ObjectivesReport) -> None:
    """A tile for each objective."""
    _title("objectives")
    if not report.statuses:
        st.caption(say("overview.objectives.none"))
        return
    grid = st.grid(len(report.statuses), min_column_width=TILE_PX)
    for status in report.statuses:
        tile = objective_tile(status, report.open_alert(status.objective.name))
        _tile(actor, grid, tile)


def _tile(actor: Actor, grid: GridContainer, tile: ObjectiveTile) -> None:
    with grid.cell().container(border=True, gap="xxsmall", height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(plain(tile.label), width="content")
            if tile.note:
                st.badge(plain(tile.note), color=tile.color)
            st.space("stretch")
            detail_link(actor, tile.detail, say("overview.detail.more"))
        st.title(plain(tile.value), anchor=False)
        st.caption(plain(tile.promise))


def time_card(facts: Facts) -> None:
    """Where the time of the median call goes; draws nothing without a time to compare with."""
    pair = busiest_pair(facts)
    if pair is None:
        return
    now, before = pair
    with st.container(border=True, gap="xsmall"):
        took = say("overview.time.took", now=duration(now.p50), before=duration(before.p50))
        _title("time", backend=plain(now.backend), took=took)
        st.altair_chart(
            in_own_language(phase_bars(phase_rows(now, before))),
            height=HEIGHT_PX,
            key="phases",
            alt=say("overview.time.alt", took=took),
        )


def backends_card(actor: Actor, statuses: Sequence[BackendStatus], now: datetime) -> None:
    """The state of each backend in use, and how many others there are."""
    used = [one for one in statuses if one.use is not BackendUse.SPARE]
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{say('common.page.backends')}**")
        for status in used:
            _backend(status, now)
        spare = len(statuses) - len(used)
        if spare:
            st.caption(count("overview.spare", spare))
        detail_link(actor, "backends")


def _backend(status: BackendStatus, now: datetime) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain(status.candidate.name)}**", width="content")
        st.badge(plain(_STATES[status.state]), color=STATE_COLORS[status.state])
        st.badge(plain(_USES[status.use]), color="blue")
        calls = status.calls
        if calls is not None:
            st.caption(
                count("overview.backend_calls", calls.calls, p95=duration(calls.p95)),
                width="content",
            )
    why = reason(status)
    if why:
        why = why[:1].upper() + why[1:]
        if status.known_at is None:
            st.text(say("overview.backends.why", why=why))
        else:
            when = seconds_ago(status.known_at, now)
            st.text(say("overview.backends.why_when", why=why, ago=when))


def shut_out_card(actor: Actor, view: ServingOverview) -> None:
    """Requests that were refused, and comments that nothing scored."""
    with st.container(border=True, gap="xsmall"):
        _title("shut_out")
        lines = shut_out_lines(view)
        if view.refused:
            total = sum(one.requests for one in view.refused)
            color: Color = "red" if has_lost(view.refused) else "gray"
            st.badge(count("overview.refused", total), color=color, icon=":material/block:")
            st.text(f"{reasons(view.refused)}.")
        for line in lines:
            st.text(f"{line}.")
        if not view.refused and not lines:
            st.text(say("overview.shut_out.nobody"))
        detail_link(actor, "latency")


def changes_card(view: ServingOverview) -> None:
    """What changed on the site."""
    with st.container(border=True, gap="xsmall"):
        _title("changes")
        for change in view.changes[:MOST_LINES]:
            st.text(_ended(change_line(change, view.until)))
        if not view.changes:
            st.text(say("overview.changes.none"))
        elif len(view.changes) > MOST_LINES:
            more = number(len(view.changes) - MOST_LINES)
            st.caption(say("overview.changes.more", count=more))


def alerts_card(report: ObjectivesReport, *, has_receiver: bool) -> None:
    """The alerts of the last day."""
    with st.container(border=True, gap="xsmall"):
        _title("alerts")
        found = recent_alerts(report)
        for alert in found[:MOST_LINES]:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                is_open = alert.is_open
                st.badge(
                    say(f"overview.alerts.{'goes_on' if is_open else 'over'}"),
                    color=TONES[alert.severity] if is_open else "gray",
                )
                st.text(
                    _ended(alert_line(alert, report.until, has_receiver=has_receiver)),
                    width="content",
                )
        if not found:
            st.text(say("overview.alerts.none"))


def _title(table: str, **values: str) -> None:
    """The title of a part in bold, and what it is about; the values are Markdown."""
    title, about = say(f"overview.{table}.title"), say(f"overview.{table}.about", **values)
    st.markdown(f"**{title}** {about}")


def _ended(words: str) -> str:
    """With a full stop, which may be that of a unit at the end, too."""
    return f"{words.removesuffix('.')}."
