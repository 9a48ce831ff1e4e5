"""Where the time of a call goes, now and before: from facts to an Altair chart."""

import altair as alt
import pandas as pd

from core.servinglog.causes.facts import BackendPeriod, Facts
from dashboard.staff_texts import say

PHASES = ("queue", "tokenize", "compute", "network")
# Muted, as on the page Latency & throughput: a phase is no series.
COLORS = ("#c79a2b", "#8794a8", "#5a7fb5", "#9070b8", "#a9adb5")
HEIGHT_PX = 230
"""Two bars, an axis with a title, and a legend of two rows, which Streamlit sets far below."""


def busiest_pair(facts: Facts) -> tuple[BackendPeriod, BackendPeriod] | None:
    """The busiest backend now and before, if both periods have answers of it."""
    for one in facts.now.backends:
        before = facts.before.of(one.backend)
        if one.p50 is not None and before is not None and before.p50 is not None:
            return one, before
    return None


def phase_rows(now: BackendPeriod, before: BackendPeriod) -> pd.DataFrame:
    """`period`, `phase`, `ms` and `order`: the median of each known phase, and what the median call
    took longer than all of them."""
    rows = []
    for period, one in zip(_periods(), (before, now), strict=True):
        known = [getattr(one, f"{phase}_ms") or 0.0 for phase in PHASES]
        rest = max(0.0, (one.p50 or 0.0) - sum(known))
        rows += [
            {"period": period, "phase": phase, "ms": ms, "order": number}
            for number, (phase, ms) in enumerate(zip(_phases(), [*known, rest], strict=True))
        ]
    return pd.DataFrame(rows)


def _periods() -> list[str]:
    return [say("overview.time.before"), say("overview.time.now")]


def _phases() -> list[str]:
    return [say(f"overview.phase.{phase}") for phase in (*PHASES, "rest")]


def phase_bars(rows: pd.DataFrame) -> alt.Chart:
    """Two bars on one scale, so that a phase that grew is the one that became longer."""
    axis = alt.Axis(tickCount=5)
    chart: alt.Chart = (
        alt.Chart(rows)
        .mark_bar(height=18)
        .encode(
            x=alt.X("ms:Q", title=say("overview.time.axis"), stack="zero", axis=axis),
            y=alt.Y("period:N", title=None, sort=_periods()),
            color=alt.Color(
                "phase:N",
                title=None,
                scale=alt.Scale(domain=_phases(), range=list(COLORS)),
                legend=alt.Legend(orient="bottom", columns=3),
            ),
            order=alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("period:N", title=say("overview.time.period")),
                alt.Tooltip("phase:N", title=say("overview.time.phase")),
                alt.Tooltip("ms:Q", title="ms", format=",.1f"),
            ],
        )
    )
    return chart
