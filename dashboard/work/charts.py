"""The chart of the page Work: every step on one axis of time."""

from datetime import timedelta

import altair as alt
import pandas as pd

from core.moderation.response_times import targets
from core.services.work import WorkReport
from core.store.work_base import StepTimes
from dashboard.staff_texts import count, say
from dashboard.work.wording import STEPS, wait

STEP_HEIGHT = 44
"""Pixels from step to step."""
AXES_HEIGHT = 60
LATE_COLOR = "#d0342c"
"""Visible on a light and on a dark background."""
SHORTEST_S = 0.01
"""A logarithm has no place for nothing."""
LONGEST_S = 14 * 86_400.0
TICKS = {0.01: "ms_10", 1: "second", 60: "minute", 3_600: "hour", 86_400: "day", 604_800: "week"}
"""Seconds with the keys of their words."""


def step_points(report: WorkReport) -> pd.DataFrame:
    """One row for each step with a time or with a breach: seconds of median, nine of ten, and what
    it should take, and how many took longer."""
    allowed = targets(report.review_hours)
    rows = [
        {
            "step": STEPS[step.step],
            "median_s": _seconds(step.median),
            "ninth_tenth_s": _seconds(step.ninth_tenth),
            "target_s": allowed[step.step].total_seconds() if step.step in allowed else None,
            "median": wait(step.median),
            "ninth_tenth": wait(step.ninth_tenth),
            "breaches": step.breaches,
            "late": _late(step),
        }
        for step in report.steps
        if step.median is not None or step.breaches
    ]
    return pd.DataFrame(rows)


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else max(span.total_seconds(), SHORTEST_S)


def _late(step: StepTimes) -> str:
    return count("work.chart.late", step.breaches) if step.breaches else ""


def step_chart(points: pd.DataFrame) -> alt.LayerChart:
    """A line from the median to nine of ten for each step, a mark where it should end, and at the
    right how many took longer."""
    axis = alt.Axis(
        values=list(TICKS),
        labelExpr="{"
        + ", ".join(f"'{at}': '{say(f'work.tick.{name}')}'" for at, name in TICKS.items())
        + "}[datum.value]",
        title=None,
    )
    slowest = points["ninth_tenth_s"].dropna().max() if points["median_s"].notna().any() else 0.0
    scale = alt.Scale(type="log", domain=[SHORTEST_S, max(LONGEST_S, slowest)])
    steps = alt.Y(
        "step:N",
        title=None,
        sort=list(STEPS.values()),
        axis=alt.Axis(ticks=False, domain=False, labelLimit=200),
    )
    told = [
        alt.Tooltip(f"{name}:N", title=say(f"work.column.{name}"))
        for name in ("step", "median", "ninth_tenth", "late")
    ]
    base = alt.Chart(points).encode(y=steps, tooltip=told)
    ended = base.transform_filter("isValid(datum.median_s)")
    line = ended.mark_rule(strokeWidth=4, color="#868d9a").encode(
        x=alt.X("median_s:Q", scale=scale, axis=axis), x2="ninth_tenth_s:Q"
    )
    median = ended.mark_point(filled=True, size=110, opacity=1).encode(
        x=alt.X("median_s:Q", scale=scale, axis=axis)
    )
    words = ended.mark_text(align="left", dx=2, dy=-14, fontSize=12, color="#868d9a").encode(
        x=alt.X("median_s:Q", scale=scale, axis=axis), text="median:N"
    )
    target = (
        base.transform_filter("isValid(datum.target_s)")
        .mark_tick(thickness=3, size=24, color="#d07a2d")
        .encode(x=alt.X("target_s:Q", scale=scale, axis=axis))
    )
    late = (
        base.transform_filter("datum.breaches > 0")
        .mark_text(align="right", dy=16, fontSize=12, fontWeight=600, color=LATE_COLOR)
        .encode(x=alt.value("width"), text="late:N")
    )
    return alt.LayerChart(layer=[line, target, median, words, late])
