"""The chart of the page: how likely which time is."""

from itertools import pairwise

import altair as alt
import numpy as np
import pandas as pd

from core.servinglog.estimates.plan import HIGH, LOW, JobForecast
from dashboard.estimate.wording import lasting
from dashboard.staff_texts import say

BINS = 48
BEYOND = 0.35
"""How far beyond the interval the axis goes, as a share of it: the slowest times would press the
others together."""
UNITS = ((3_600_000.0, "hours"), (60_000.0, "minutes"), (1_000.0, "seconds"), (1.0, "ms"))


def time_bins(found: JobForecast) -> pd.DataFrame:
    """One row a bar: from, to (in `unit`), the share of jobs in it (0..1), whether it lies in the
    interval of 90 %, and its words."""
    divisor, unit = unit_of(found)
    drawn = found.draws_ms
    low, high = np.quantile(drawn, (LOW, HIGH))
    beyond = BEYOND * (high - low)
    least = max(drawn[0], low - beyond)
    edges = np.linspace(least, max(high + beyond, least * 1.001), BINS + 1)
    counts, _ = np.histogram(drawn, edges)
    middle = (edges[:-1] + edges[1:]) / 2
    return pd.DataFrame(
        {
            "from": edges[:-1] / divisor,
            "to": edges[1:] / divisor,
            "share": counts / len(drawn),
            "kept": np.where((middle >= low) & (middle <= high), *_legend()),
            "time": [
                say("estimate.chart.span", low=lasting(a), high=lasting(b))
                for a, b in pairwise(edges)
            ],
            "unit": unit,
        }
    )


def unit_of(found: JobForecast) -> tuple[float, str]:
    """Milliseconds in the unit of the axis, and its name in `estimate.chart`."""
    return next(one for one in UNITS if found.median_ms >= one[0] * 2 or one[0] == 1.0)


def _legend() -> list[str]:
    return [say("estimate.chart.kept"), say("estimate.chart.others")]


def time_chart(found: JobForecast) -> alt.LayerChart:
    """Bars of likely times, darker inside the interval; a line at the median."""
    bins = time_bins(found)
    divisor, unit = unit_of(found)
    share = say("estimate.chart.share")
    bars = (
        alt.Chart(bins)
        .mark_bar(binSpacing=1)
        .encode(
            x=alt.X("from:Q", title=say(f"estimate.chart.{unit}"), scale=alt.Scale(zero=False)),
            x2="to:Q",
            y=alt.Y("share:Q", title=share, axis=alt.Axis(format="%", tickCount=3)),
            y2=alt.datum(0),
            color=alt.Color(
                "kept:N",
                title=None,
                scale=alt.Scale(domain=_legend(), range=["#2d5bd0", "#a9b4cc"]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=[
                alt.Tooltip("time:N", title=say("estimate.chart.time")),
                alt.Tooltip("share:Q", title=share, format=".1%"),
            ],
        )
    )
    middle = pd.DataFrame({"median": [found.median_ms / divisor]})
    line = alt.Chart(middle).mark_rule(strokeDash=[4, 3], color="#868d9a", strokeWidth=2)
    return alt.LayerChart(layer=[bars, line.encode(x="median:Q", tooltip=alt.value(None))])
