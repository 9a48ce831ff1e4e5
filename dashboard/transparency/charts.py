"""The chart of the page Transparency, and the table beside it."""

import altair as alt
import pandas as pd

from core.services.transparency import TransparencyReport
from dashboard.staff_texts import number, say

_COUNTS = alt.Axis(tickMinStep=1, tickCount=6, format=",d")
_DECIDERS = ("automated", "person")
MOST_REASONS = 12
"""More bars are unreadable; the table has them all."""
BAR_STEP = 26
"""Pixels from bar to bar: enough for the name of each."""


def decider_words() -> list[str]:
    """The columns of the table that count by who decided: a program, a person."""
    return [say(f"transparency.decider.{name}") for name in _DECIDERS]


def by_reason(report: TransparencyReport) -> pd.DataFrame:
    """One row for each kind and reason, the most frequent first: kind, reason, the counts by who
    decided, and their total, with headings in the reader's words."""
    rows = [
        (*row.groups, int(row.value or 0)) for row in report.figure("restrictions_by_reason").rows
    ]
    frame = pd.DataFrame(rows, columns=["kind", "reason", "by", "count"])
    table = frame.pivot_table(
        index=["kind", "reason"], columns="by", values="count", aggfunc="sum", fill_value=0
    )
    table = table.reindex(columns=list(_DECIDERS), fill_value=0)
    table["total"] = table.sum(axis="columns")
    table = table.reset_index().sort_values(
        ["total", "reason", "kind"], ascending=[False, True, True], ignore_index=True
    )
    table["kind"] = [say(f"transparency.kind.{kind}") for kind in table["kind"]]
    headings = {name: say(f"transparency.column.{name}") for name in ("kind", "reason", "total")}
    return table.rename(columns=headings | dict(zip(_DECIDERS, decider_words(), strict=True)))


def reason_bars(table: pd.DataFrame) -> alt.Chart:
    """One bar for each reason, split by who decided."""
    kind, reason = say("transparency.column.kind"), say("transparency.column.reason")
    shown, deciders = table.head(MOST_REASONS), decider_words()
    named = shown.assign(name=shown[reason] + ", " + shown[kind])
    long = named.melt(id_vars=["name"], value_vars=deciders, var_name="by", value_name="count")
    long["figure"] = [number(int(each)) for each in long["count"]]
    counted = say("transparency.column.restrictions")
    chart: alt.Chart = (
        alt.Chart(long, height=alt.Step(BAR_STEP))
        .mark_bar(size=14)
        .encode(
            x=alt.X(
                "count:Q", title=counted, axis=alt.Axis(tickMinStep=1, tickCount=6, format=",d")
            ),
            y=alt.Y(
                "name:N",
                title=None,
                sort=list(named["name"]),
                axis=alt.Axis(ticks=False, domain=False, labelLimit=180, labelOverlap=False),
            ),
            color=alt.Color(
                "by:N",
                scale=alt.Scale(domain=deciders),
                legend=alt.Legend(orient="top", title=None, symbolType="square", offset=4),
            ),
            tooltip=[
                alt.Tooltip("name:N", title=reason),
                alt.Tooltip("by:N", title=say("transparency.column.decided_by")),
                alt.Tooltip("figure:N", title=counted),
            ],
        )
    )
    return chart
