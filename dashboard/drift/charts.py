"""The charts of the page Drift."""

import json
from datetime import UTC, datetime, timedelta

import altair as alt
import numpy as np
import pandas as pd

from core.moderation.daily_drift import BinKind, DailyCounts, MeasureDrift
from core.moderation.daily_measures import LANGUAGE
from dashboard.drift.wording import day_words, measure_name
from dashboard.staff_texts import say

OFF_COLOR = "#d07a2d"
GREY = "#868d9a"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def day_points(one: MeasureDrift) -> pd.DataFrame:
    """One row a day of both periods: its mean, its comments, and whether it lies in the band."""
    parts = [
        _points(counts, period)
        for counts, period in zip((one.reference, one.now), _periods(), strict=True)
    ]
    frame = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    low, high = (one.band.low, one.band.high) if one.band else (-np.inf, np.inf)
    frame["is_in_band"] = frame["mean"].between(low, high)
    yes, no = say("drift.days.yes"), say("drift.days.no")
    frame["in the band"] = np.where(frame["is_in_band"], yes, no)
    return frame


def _periods() -> list[str]:
    return [say("drift.days.reference"), say("drift.days.now")]


def _points(counts: DailyCounts, period: str) -> pd.DataFrame:
    days = [_EPOCH + timedelta(days=int(day)) for day in counts.days]
    return pd.DataFrame(
        {
            "day": days,
            "day_words": [day_words(day) for day in days],
            "mean": counts.means(),
            "comments": counts.counts.sum(axis=1),
            "period": period,
        }
    )


def day_chart(one: MeasureDrift) -> alt.LayerChart:
    """The mean of each day over the band of ordinary days; days outside it are hollow."""
    points = day_points(one)
    is_share = one.now.kind is BinKind.SHARE or one.name == LANGUAGE
    name = measure_name(one.name)
    title = say(f"drift.days.{'share' if is_share else 'mean'}", measure=name)
    axis = alt.Axis(format=".1%" if is_share else "~r", tickCount=4)
    mean = alt.Y("mean:Q", title=title, axis=axis, scale=alt.Scale(zero=is_share))
    day = alt.X("day:T", title=None, axis=_day_axis())
    base = alt.Chart(points).encode(x=day, y=mean)
    color = alt.Color(
        "period:N",
        scale=alt.Scale(domain=_periods()),
        legend=alt.Legend(title=None, orient="top"),
    )
    layers = [
        base.mark_line(strokeWidth=1.5).encode(color=color),
        base.mark_point(size=46).encode(
            color=color,
            fill=alt.condition("datum.is_in_band", color, alt.value("transparent")),
            tooltip=[
                alt.Tooltip("day_words:N", title=say("drift.days.day")),
                alt.Tooltip("mean:Q", title=name, format=".2%" if is_share else ",.3~f"),
                alt.Tooltip("comments:Q", title=say("drift.days.comments"), format=",d"),
                alt.Tooltip("in the band:N", title=say("drift.days.in_band")),
            ],
        ),
    ]
    if one.band is not None:
        edges = pd.DataFrame({"low": [one.band.low], "high": [one.band.high]})
        band = alt.Chart(edges).mark_rect(opacity=0.14, color=GREY)
        layers.insert(0, band.encode(y=alt.Y("low:Q"), y2="high:Q"))
    return alt.LayerChart(layer=layers)


def _day_axis() -> alt.Axis:
    """Days as `22 Nov`, with the months in the reader's language: the chart knows English alone."""
    days = [say("common.time.day", day="@", month=say(f"month.{month}")) for month in range(1, 13)]
    words = f"replace({json.dumps(days)}[month(datum.value)], '@', '' + date(datum.value))"
    return alt.Axis(labelExpr=words, tickCount=8, grid=False)


def reliability_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """The share that people removed over the score, with its interval, beside the diagonal."""
    share = alt.Scale(domain=[0, 1])
    score = alt.X(
        "score:Q",
        title=say("drift.bands.highest"),
        scale=share,
        axis=alt.Axis(tickCount=5),
    )
    diagonal = (
        alt.Chart(pd.DataFrame({"score": [0, 1], "removed": [0, 1]}))
        .mark_line(strokeDash=[5, 4], strokeWidth=1.25, color=GREY)
        .encode(x=score, y="removed:Q")
    )
    base = alt.Chart(frame).encode(
        x=score,
        color=alt.Color(
            "says:N",
            scale=alt.Scale(domain=_findings(), range=[GREY, OFF_COLOR]),
            legend=alt.Legend(title=None, orient="top"),
        ),
        tooltip=[
            alt.Tooltip("score:Q", title=say("drift.bands.mean"), format=".2f"),
            alt.Tooltip("removed:Q", title=say("drift.bands.removed"), format=".1%"),
            alt.Tooltip("low:Q", title=say("drift.bands.low"), format=".1%"),
            alt.Tooltip("high:Q", title=say("drift.bands.high"), format=".1%"),
            alt.Tooltip("texts:Q", title=say("drift.bands.texts"), format=",d"),
            alt.Tooltip("judged:Q", title=say("drift.bands.judged"), format=",d"),
        ],
    )
    removed = alt.Y(
        "removed:Q",
        title=say("drift.bands.removed"),
        scale=share,
        axis=alt.Axis(format="%", tickCount=5),
    )
    return alt.LayerChart(
        layer=[
            diagonal,
            base.mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q", scale=share), y2="high:Q"),
            base.mark_point(filled=True, size=70, opacity=1).encode(y=removed),
        ]
    )


def _findings() -> list[str]:
    return [say("drift.bands.as_said"), say("drift.bands.not_as_said")]
