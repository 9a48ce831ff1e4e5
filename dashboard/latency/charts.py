"""Charts of the latency page. From a frame of `ServingLogQueries` to an Altair chart.

The colour scale's domain is every series ever logged, so a series keeps its colour in every chart
and window; the colours come from the theme. Times are aware UTC; the browser shows them in the
viewer's time zone, which the axis title names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import altair as alt
import pandas as pd

from core.servinglog.percentiles import Quantile
from dashboard.staff_texts import say

Drawn = TypeVar("Drawn", alt.Chart, alt.LayerChart)
MAX_POINTS = 2000
MAX_SERIES = 8
LEGEND_ENTRY_PX = 112
ERROR_COLOR = "#d0342c"  # visible on a light and on a dark background
# A line or an area has one label and one tip, those of its first bucket; the browser would work
# them out for all buckets. Its chart has a description.
_UNTOLD: dict[str, Any] = {"aria": False, "tooltip": None}
_TIME_FORMATS = (
    (timedelta(minutes=20), "latency.form.second"),
    (timedelta(hours=30), "latency.form.minute"),
    (timedelta(days=4), "latency.form.moment"),
    (timedelta.max, "latency.form.day"),
)


@dataclass(frozen=True, slots=True)
class Axes:
    """Shared by all charts of the page: every series ever logged, the time span, the time zone."""

    every: Sequence[str]
    since: datetime
    until: datetime
    zone: str


def latency_lines(frame: pd.DataFrame, quantile: Quantile, axes: Axes) -> alt.LayerChart:
    """One line a series. A bucket without calls is a gap; a bucket between two gaps is a dot."""
    base = alt.Chart(_with_alone(frame, quantile)).encode(
        x=time_axis("bucket_at", axes, labelled=False),
        y=alt.Y(f"{quantile}:Q", title=f"{quantile}, ms", axis=_y_axis(4)),
        color=_color(frame, axes),
    )
    # A line has only one tooltip, so each bucket has a dot too: visible only between two gaps.
    dots = base.mark_point(size=36, filled=True, aria=False).encode(
        opacity=alt.Opacity("is_alone:Q", scale=None, legend=None),
        tooltip=[
            *_which_and_when("bucket_at"),
            alt.Tooltip(f"{quantile}:Q", title=f"{quantile}, ms", format=",.1f"),
            alt.Tooltip("calls:Q", title=say("latency.tip.calls"), format=",d"),
        ],
    )
    return alt.LayerChart(layer=[base.mark_line(strokeWidth=1.75, **_UNTOLD), dots])


def call_dots(
    frame: pd.DataFrame, table: pd.DataFrame, quantile: Quantile, axes: Axes
) -> alt.LayerChart:
    """Each call as a dot, with a dashed line at each series' percentile. Used when there are too
    few calls for a percentile of each bucket."""
    dots = (
        alt.Chart(frame[["series", "started_at", "total_ms", "batch_size"]])
        .mark_point(size=44, filled=True, opacity=0.9)
        .encode(
            x=time_axis("started_at", axes, labelled=False),
            y=alt.Y("total_ms:Q", title=say("latency.axis.call"), axis=_y_axis(4)),
            color=_color(frame, axes),
            tooltip=[
                *_which_and_when("started_at"),
                alt.Tooltip("total_ms:Q", title=say("latency.tip.total"), format=",.1f"),
                alt.Tooltip("batch_size:Q", title=say("latency.tip.comments"), format=",d"),
            ],
        )
    )
    rules = (
        alt.Chart(table[["series", quantile]].dropna())
        .mark_rule(strokeDash=[5, 4], strokeWidth=1.25)
        .encode(
            y=alt.Y(f"{quantile}:Q"),
            color=_color(frame, axes),
            tooltip=[
                alt.Tooltip("series:N", title=say("latency.tip.series")),
                alt.Tooltip(f"{quantile}:Q", title=f"{quantile}, ms", format=",.1f"),
            ],
        )
    )
    return alt.LayerChart(layer=[rules, dots])


def throughput_area(frame: pd.DataFrame, bucket_s: int, axes: Axes) -> alt.LayerChart:
    """Comments a second, stacked by series, with a red mark above each bucket with failed calls."""
    areas = (
        alt.Chart(_with_closing_edge(frame[["series", "bucket_at", "comments_per_s"]], bucket_s))
        .mark_area(interpolate="step-after", opacity=0.85, clip=True, **_UNTOLD)
        .encode(
            x=time_axis("bucket_at", axes),
            y=alt.Y(
                "comments_per_s:Q",
                title=say("latency.axis.rate"),
                stack="zero",
                axis=_y_axis(3),
            ),
            color=_color(frame, axes, legend=False),
        )
    )
    failed = frame.groupby("bucket_at", as_index=False)["errors"].sum().query("errors > 0")
    layers = [areas] if failed.empty else [areas, _error_marks(failed, axes)]
    return alt.LayerChart(layer=layers)


def busiest(table: pd.DataFrame, most: int = MAX_SERIES) -> list[str]:
    """The names of the series with the most calls; a chart with more lines is unreadable."""
    return list(table.sort_values("calls", ascending=False)["series"][:most])


def _error_marks(failed: pd.DataFrame, axes: Axes) -> alt.Chart:
    chart: alt.Chart = (
        alt.Chart(failed)
        .mark_point(shape="triangle-down", size=55, filled=True, color=ERROR_COLOR, opacity=1)
        .encode(
            x=time_axis("bucket_at", axes),
            y=alt.value(-6),  # above the plot area, so that it covers no data
            tooltip=[
                when_tip("bucket_at"),
                alt.Tooltip("errors:Q", title=say("latency.tip.errors"), format=",d"),
            ],
        )
    )
    return chart


def _with_alone(frame: pd.DataFrame, quantile: Quantile) -> pd.DataFrame:
    """What is drawn, and `is_alone`: a value without a neighbour on either side, which a line does
    not show."""
    frame = frame[["series", "bucket_at", quantile, "calls"]]
    known = frame[quantile].notna()
    by_series = known.groupby(frame["series"])
    before = by_series.shift(1, fill_value=False)
    after = by_series.shift(-1, fill_value=False)
    return frame.assign(is_alone=(known & ~before & ~after).astype(int))


def _with_closing_edge(frame: pd.DataFrame, bucket_s: int) -> pd.DataFrame:
    """Repeats each series' last bucket at its end; without it a step chart gives it no width."""
    last = frame.groupby("series").tail(1)
    edge = last.assign(bucket_at=last["bucket_at"] + pd.Timedelta(seconds=bucket_s))
    return pd.concat([frame, edge], ignore_index=True)


def on_canvas(chart: Drawn) -> Drawn:
    """Drawn on a canvas, for what has many marks: as SVG each of them would be an element, also for
    screen readers, which read the description of the chart."""
    chart.usermeta = {"embedOptions": {"renderer": "canvas"}}
    return chart


def plain_time(field: str) -> alt.X:
    """For what is drawn over a chart whose x axis is that of `time_axis`."""
    return alt.X(f"{field}:T", axis=alt.Axis(title=None, labels=False, ticks=False))


def time_axis(field: str, axes: Axes, *, labelled: bool = True) -> alt.X:
    """The shared x axis; only the lowest of charts above each other is labelled."""
    scale = alt.Scale(domain=[_instant(axes.since), _instant(axes.until)])
    if not labelled:
        return alt.X(
            f"{field}:T", scale=scale, axis=alt.Axis(title=None, labels=False, ticks=False)
        )
    span = axes.until - axes.since
    form = say(next(form for longest, form in _TIME_FORMATS if span <= longest))
    return alt.X(
        f"{field}:T",
        scale=scale,
        axis=alt.Axis(
            title=say("latency.axis.time", zone=axes.zone),
            format=form,
            labelFlush=True,
            tickCount=8,
            grid=False,
        ),
    )


def _instant(moment: datetime) -> alt.DateTime:
    at = moment.astimezone(UTC)
    return alt.DateTime(
        year=at.year,
        month=at.month,
        date=at.day,
        hours=at.hour,
        minutes=at.minute,
        seconds=at.second,
        milliseconds=at.microsecond // 1000,
        utc=True,
    )


def _y_axis(tick_count: int) -> alt.Axis:
    # The same label width in every chart, so that the x axes of stacked charts align.
    return alt.Axis(tickCount=tick_count, minExtent=44, maxExtent=44)


def _color(frame: pd.DataFrame, axes: Axes, *, legend: bool = True) -> alt.Color:
    shown = set(frame["series"])
    values = [name for name in axes.every if name in shown]
    return alt.Color(
        "series:N",
        scale=alt.Scale(domain=list(axes.every)),
        legend=plain_legend(values, symbol="circle") if legend else None,
    )


def plain_legend(values: list[str], *, symbol: str) -> alt.Legend:
    """Above a chart, without a title."""
    # As many entries a row as fit: on a phone a legend of one row would be cut off.
    columns = alt.ExprRef(f"max(1, floor(width / {LEGEND_ENTRY_PX}))")
    return alt.Legend(
        orient="top",
        title=None,
        values=values,
        symbolType=symbol,
        columns=columns,
        columnPadding=12,
        offset=4,
        padding=0,
    )


def _which_and_when(field: str) -> list[alt.Tooltip]:
    return [alt.Tooltip("series:N", title=say("latency.tip.series")), when_tip(field)]


def when_tip(field: str) -> alt.Tooltip:
    """When it began, for what the pointer is on."""
    form = say("latency.form.tip")
    return alt.Tooltip(f"{field}:T", title=say("latency.tip.from"), format=form)
