"""The chart of the page Transparency, and the table beside it. Pure."""

import altair as alt
import pandas as pd

from core.services.transparency import TransparencyReport
from dashboard.transparency.wording import DECIDERS, KINDS

MOST_REASONS = 12
"""More bars are unreadable; the table has them all."""
BAR_STEP = 26
"""Pixels from bar to bar: enough for the name of each."""


def by_reason(report: TransparencyReport) -> pd.DataFrame:
    """One row for each kind and reason, the most frequent first: `kind`, `reason`, the counts by
    who decided, and `total`."""
    rows = [
        (KINDS.get(kind, kind), reason, DECIDERS.get(by, by), int(row.value or 0))
        for row in report.figure("restrictions_by_reason").rows
        for kind, reason, by in [row.groups]
    ]
    frame = pd.DataFrame(rows, columns=["kind", "reason", "by", "count"])
    table = frame.pivot_table(
        index=["kind", "reason"], columns="by", values="count", aggfunc="sum", fill_value=0
    )
    table = table.reindex(columns=list(DECIDERS.values()), fill_value=0)
    table["total"] = table.sum(axis="columns")
    return table.reset_index().sort_values(
        ["total", "reason", "kind"], ascending=[False, True, True], ignore_index=True
    )


def reason_bars(table: pd.DataFrame) -> alt.Chart:
    """One bar for each reason, split by who decided."""
    shown = table.head(MOST_REASONS)
    named = shown.assign(name=shown["reason"] + ", " + shown["kind"])
    long = named.melt(
        id_vars=["name"], value_vars=list(DECIDERS.values()), var_name="by", value_name="count"
    )
    chart: alt.Chart = (
        alt.Chart(long, height=alt.Step(BAR_STEP))
        .mark_bar(size=14)
        .encode(
            x=alt.X(
                "count:Q",
                title="restrictions",
                axis=alt.Axis(tickMinStep=1, tickCount=6, format=",d"),
            ),
            y=alt.Y(
                "name:N",
                title=None,
                sort=list(named["name"]),
                axis=alt.Axis(ticks=False, domain=False, labelLimit=180, labelOverlap=False),
            ),
            color=alt.Color(
                "by:N",
                scale=alt.Scale(domain=list(DECIDERS.values())),
                legend=alt.Legend(orient="top", title=None, symbolType="square", offset=4),
            ),
            tooltip=[
                alt.Tooltip("name:N", title="reason"),
                alt.Tooltip("by:N", title="decided by"),
                alt.Tooltip("count:Q", title="restrictions", format=",d"),
            ],
        )
    )
    return chart
