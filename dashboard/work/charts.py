"""The chart of the page Work: every step on one axis of time."""

import altair as alt
import pandas as pd

from core.moderation.response_times import targets
from core.services.work import WorkReport
from dashboard.staff_texts import say
from dashboard.work.wording import STEPS, wait

STEP_HEIGHT = 44
"""Pixels from step to step."""
AXES_HEIGHT = 60
SHORTEST_S = 0.01
"""A logarithm has no place for nothing."""
LONGEST_S = 14 * 86_400.0
TICKS = {0.01: "ms_10", 1: "second", 60: "minute", 3_600: "hour", 86_400: "day", 604_800: "week"}
"""Seconds with the keys of their words."""


def step_points(report: WorkReport) -> pd.DataFrame:
    """One row for each step with a time: seconds of median, nine of ten, and what it should
    take."""
    allowed = targets(report.review_hours)
    rows = [
        {
            "step": STEPS[step.step],
            "median_s": max(step.median.total_seconds(), SHORTEST_S),
            "ninth_tenth_s": max(step.ninth_tenth.total_seconds(), SHORTEST_S),
            "target_s": allowed[step.step].total_seconds() if step.step in allowed else None,
            "median": wait(step.median),
            "ninth_tenth": wait(step.ninth_tenth),
        }
        for step in report.steps
        if step.median is not None and step.ninth_tenth is not None
    ]
    return pd.DataFrame(rows)


def step_chart(points: pd.DataFrame) -> alt.LayerChart:
    """A line from the median to nine of ten for each step, and a mark where it should end."""
    axis = alt.Axis(
        values=list(TICKS),
        labelExpr="{"
        + ", ".join(f"'{at}': '{say(f'work.tick.{name}')}'" for at, name in TICKS.items())
        + "}[datum.value]",
        title=None,
    )
    scale = alt.Scale(
        type="log", domain=[SHORTEST_S, max(LONGEST_S, points["ninth_tenth_s"].max())]
    )
    steps = alt.Y(
        "step:N",
        title=None,
        sort=list(STEPS.values()),
        axis=alt.Axis(ticks=False, domain=False, labelLimit=200),
    )
    told = [
        alt.Tooltip(f"{name}:N", title=say(f"work.column.{name}"))
        for name in ("step", "median", "ninth_tenth")
    ]
    base = alt.Chart(points).encode(y=steps, tooltip=told)
    line = base.mark_rule(strokeWidth=4, color="#868d9a").encode(
        x=alt.X("median_s:Q", scale=scale, axis=axis), x2="ninth_tenth_s:Q"
    )
    median = base.mark_point(filled=True, size=110, opacity=1).encode(
        x=alt.X("median_s:Q", scale=scale, axis=axis)
    )
    words = base.mark_text(align="left", dx=2, dy=-14, fontSize=12, color="#868d9a").encode(
        x=alt.X("median_s:Q", scale=scale, axis=axis), text="median:N"
    )
    target = (
        base.transform_filter("isValid(datum.target_s)")
        .mark_tick(thickness=3, size=24, color="#d07a2d")
        .encode(x=alt.X("target_s:Q", scale=scale, axis=axis))
    )
    return alt.LayerChart(layer=[line, target, median, words])
