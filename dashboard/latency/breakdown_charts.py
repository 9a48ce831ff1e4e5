"""Charts of how calls spread: heat map, phases, sizes and lengths. From a frame of
`core.servinglog.breakdown_queries` to an Altair chart."""

from collections.abc import Sequence
from typing import Literal

import altair as alt
import pandas as pd

from core.servinglog.phases import Phase
from dashboard.latency.charts import Axes, on_canvas, plain_legend, time_axis, when_tip
from dashboard.latency.own_words import PHASES
from dashboard.latency.waterfall import PHASE_COLORS
from dashboard.staff_texts import number, say


def heat_map(cells: pd.DataFrame, width_s: int, axes: Axes) -> alt.Chart:
    """How many calls took how long, when. A cell without a call is empty."""
    ended = cells.assign(until=cells["bucket_at"] + pd.Timedelta(seconds=width_s))
    chart: alt.Chart = (
        alt.Chart(ended)
        .mark_rect(clip=True, aria=False)
        .encode(
            x=time_axis("bucket_at", axes),
            x2="until:T",
            y=alt.Y(
                "from_ms:Q",
                title=say("latency.axis.call_log"),
                scale=alt.Scale(type="log", nice=False),
                axis=alt.Axis(tickCount=5, minExtent=44, maxExtent=44, grid=False),
            ),
            y2="to_ms:Q",
            color=alt.Color(
                "calls:Q",
                title=say("latency.tip.calls"),
                scale=alt.Scale(scheme="viridis", type="log"),
                legend=alt.Legend(orient="right", gradientLength=120, tickCount=3),
            ),
            tooltip=[
                when_tip("bucket_at"),
                alt.Tooltip("from_ms:Q", title=say("latency.tip.over"), format=",.1f"),
                alt.Tooltip("to_ms:Q", title=say("latency.tip.up_to"), format=",.1f"),
                alt.Tooltip("calls:Q", title=say("latency.tip.calls"), format=",d"),
            ],
        )
    )
    return on_canvas(chart)


def phase_stack(phases: pd.DataFrame, width_s: int, axes: Axes) -> alt.Chart:
    """The mean answered call of each bucket, by phase; a bucket without a call is empty."""
    timed = phases[phases["bucket_at"].notna() & (phases["ms"] > 0)]
    rows = _ordered(timed).sort_values(["bucket_at", "order"])
    upto = rows.groupby("bucket_at")["ms"].cumsum()
    rows = rows.assign(
        until=rows["bucket_at"] + pd.Timedelta(seconds=width_s),
        from_ms=upto - rows["ms"],
        to_ms=upto,
    )
    chart: alt.Chart = (
        alt.Chart(rows.drop(columns=["series", "order"]))
        .mark_rect(clip=True, aria=False)
        .encode(
            x=time_axis("bucket_at", axes),
            x2="until:T",
            y=alt.Y(
                "from_ms:Q",
                title=say("latency.axis.mean"),
                scale=alt.Scale(zero=True),
                axis=alt.Axis(tickCount=4, minExtent=44, maxExtent=44),
            ),
            y2="to_ms:Q",
            color=_phase_color(rows),
            tooltip=[
                when_tip("bucket_at"),
                alt.Tooltip("phase:N", title=say("latency.tip.phase")),
                alt.Tooltip("ms:Q", title=say("latency.tip.mean"), format=",.2f"),
            ],
        )
    )
    return on_canvas(chart)


def phase_shares(phases: pd.DataFrame, series: Sequence[str]) -> alt.Chart:
    """One bar a series: the share of each phase in its mean answered call."""
    rows = _ordered(phases[phases["bucket_at"].isna() & (phases["ms"] > 0)])
    chart: alt.Chart = (
        alt.Chart(rows)
        .mark_bar(size=14)
        .encode(
            x=alt.X(
                "ms:Q",
                title=say("latency.axis.share"),
                stack="normalize",
                axis=alt.Axis(format="%", tickCount=5, grid=False),
            ),
            y=alt.Y(
                "series:N",
                title=None,
                sort=list(series),
                axis=alt.Axis(ticks=False, domain=False, labelLimit=150),
            ),
            color=_phase_color(rows),
            order=alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("series:N", title=say("latency.tip.series")),
                alt.Tooltip("phase:N", title=say("latency.tip.phase")),
                alt.Tooltip("ms:Q", title=say("latency.tip.mean"), format=",.2f"),
            ],
        )
    )
    return chart


def class_bars(classes: pd.DataFrame, of_what: Literal["size", "length"]) -> alt.LayerChart:
    """The median of each class as a bar, its p95 as a line above."""
    x_title = say(f"latency.class_axis.{of_what}")
    rows = classes[classes["of_what"] == of_what].sort_values("upto")
    labels = class_labels(list(rows["upto"]))
    base = alt.Chart(rows.assign(label=labels)).encode(
        x=alt.X("label:N", title=x_title, sort=labels, axis=alt.Axis(labelAngle=0)),
        tooltip=[
            alt.Tooltip("label:N", title=x_title),
            alt.Tooltip("calls:Q", title=say("latency.tip.calls"), format=",d"),
            alt.Tooltip("p50:Q", title="p50, ms", format=",.1f"),
            alt.Tooltip("p95:Q", title="p95, ms", format=",.1f"),
        ],
    )
    bars = base.mark_bar(size=18).encode(
        y=alt.Y("p50:Q", title=say(f"latency.class_unit.{of_what}"))
    )
    ticks = base.mark_tick(thickness=2, size=26, color="#c62f2f").encode(y="p95:Q")
    return alt.LayerChart(layer=[bars, ticks])


def class_labels(upto: Sequence[int]) -> list[str]:
    """`1`, `2`, `3–4`, `5–8`: classes up to powers of two; the first begins at 1."""
    return [
        f"{number(one // 2 + 1)}–{number(one)}" if one > 2 and (place or one < 32) else _first(one)
        for place, one in enumerate(upto)
    ]


def _first(upto: int) -> str:
    words = number(upto)
    return words if upto <= 2 else say("latency.breakdown.class_up_to", count=words)


def _ordered(phases: pd.DataFrame) -> pd.DataFrame:
    """With the place of each phase in a call, and its words."""
    places = {str(phase): place for place, phase in enumerate(Phase)}
    words = {str(phase): PHASES[phase] for phase in Phase}
    return phases.assign(order=phases["phase"].map(places), phase=phases["phase"].map(words))


def _phase_color(rows: pd.DataFrame) -> alt.Color:
    present = set(rows["phase"])
    names = list(PHASES.values())
    return alt.Color(
        "phase:N",
        scale=alt.Scale(domain=names, range=list(PHASE_COLORS.values())),
        sort=names,
        legend=plain_legend([name for name in names if name in present], symbol="square"),
    )
