"""The chart of the page Cost: every backend by its cost and its p95."""

import altair as alt
import pandas as pd

from dashboard.staff_texts import say

GREY = "#868d9a"


def pareto_chart(points: pd.DataFrame, currency: str) -> alt.LayerChart:
    """Cheaper to the left, faster below; a step joins the backends that none beats."""
    cost = alt.X(
        "cost:Q",
        title=say("cost.chart.cost", currency=currency),
        scale=alt.Scale(zero=True, nice=True),
        axis=alt.Axis(tickCount=5, grid=False),
    )
    p95 = alt.Y(
        "p95_ms:Q",
        title=say("cost.chart.p95"),
        scale=alt.Scale(type="log", nice=True),
        axis=alt.Axis(tickCount=4, grid=False),
    )
    base = alt.Chart(points).encode(x=cost, y=p95)
    best = (
        alt.Chart(points[points["is_best"]].sort_values("cost"))
        .mark_line(interpolate="step-after", strokeDash=[5, 4], strokeWidth=1.25, color=GREY)
        .encode(x=cost, y=p95)
    )
    color = alt.Color("backend:N", legend=None)
    dots = base.mark_point(size=120, opacity=1).encode(
        color=color,
        fill=alt.condition("datum.is_best", color, alt.value("transparent")),
        tooltip=[
            alt.Tooltip("backend:N", title=say("cost.chart.backend")),
            alt.Tooltip(
                "cost:Q", title=say("cost.chart.cost_short", currency=currency), format=",.4~f"
            ),
            alt.Tooltip("p95_ms:Q", title=say("cost.chart.p95"), format=",.1f"),
            alt.Tooltip("quality:N", title=say("cost.chart.quality")),
            alt.Tooltip("says:N", title=say("cost.chart.says")),
        ],
    )
    names = base.mark_text(align="left", dx=11, dy=1, fontSize=12, color=GREY).encode(
        text="backend:N"
    )
    return alt.LayerChart(layer=[best, dots, names])
