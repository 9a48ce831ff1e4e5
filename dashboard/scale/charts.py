"""Charts of load tests. Pure: from results to frames and Altair charts."""

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from core.load_test.results import RateStep
from core.load_test.scalability import UslFit

LINE_POINTS = 60
BEYOND = 2.0
"""The law is drawn up to twice the most workers that were measured."""
OBJECTIVE_COLOR, GREY = "#d0342c", "#868d9a"
LAW, PROPORTIONAL = "the law", "in proportion"
LOG = alt.Scale(type="log", nice=False, padding=12)


def step_rows(steps: Sequence[RateStep], share: float) -> pd.DataFrame:
    """One row a rate and a number of workers, the last try of each."""
    last = {(one.workers, one.offered_rps): one for one in steps}
    return pd.DataFrame(
        [
            {
                "workers": f"{one.workers} worker{'' if one.workers == 1 else 's'}",
                "offered": one.offered_rps,
                "answered": one.rps,
                "p50": one.p50_ms,
                "p99": one.p99_ms,
                "objective": "holds" if one.holds(share) else "breaks",
            }
            for one in sorted(last.values(), key=lambda one: (one.workers, one.offered_rps))
        ],
        columns=["workers", "offered", "answered", "p50", "p99", "objective"],
    )


def latency_chart(rows: pd.DataFrame, within_ms: float) -> alt.LayerChart:
    """The 99th percentile by offered rate, a line for each number of workers, and the objective's
    limit; both axes are logarithmic."""
    answered = rows.dropna(subset=["p99"])
    base = alt.Chart(answered).encode(
        x=alt.X("offered:Q", title="offered, requests a second", scale=LOG),
        y=alt.Y("p99:Q", title="p99 from when due, ms", scale=LOG),
        color=_by_workers(rows),
    )
    dots = base.mark_point(size=55, filled=True).encode(
        shape=alt.Shape(
            "objective:N",
            title=None,
            scale=alt.Scale(domain=["holds", "breaks"], range=["circle", "cross"]),
            legend=alt.Legend(orient="top", symbolFillColor=GREY, symbolStrokeColor=GREY),
        ),
        tooltip=[
            alt.Tooltip("workers:N"),
            alt.Tooltip("offered:Q", title="offered a second", format=",.1f"),
            alt.Tooltip("answered:Q", title="answered a second", format=",.1f"),
            alt.Tooltip("p50:Q", title="p50, ms", format=",.1f"),
            alt.Tooltip("p99:Q", title="p99, ms", format=",.1f"),
            alt.Tooltip("objective:N"),
        ],
    )
    limit = alt.Chart(pd.DataFrame({"limit": [within_ms]}))
    rule = limit.mark_rule(strokeDash=[4, 3], color=OBJECTIVE_COLOR, strokeWidth=1.5)
    return alt.LayerChart(layer=[base.mark_line(), dots, rule.encode(y="limit:Q")])


def law_rows(fit: UslFit, most_workers: int) -> pd.DataFrame:
    """The law and the line of proportion, with the interval of the law where it is known."""
    rows = []
    for workers in np.linspace(1, BEYOND * most_workers, LINE_POINTS):
        interval = fit.throughput_interval(float(workers))
        low, high = interval if interval is not None else (None, None)
        rows.append(
            {
                "workers": float(workers),
                LAW: fit.best.throughput(float(workers)),
                PROPORTIONAL: fit.best.per_second * float(workers),
                "low": low,
                "high": high,
            }
        )
    return pd.DataFrame(rows)


def law_chart(fit: UslFit, measured: dict[int, Sequence[float]]) -> alt.LayerChart:
    """Throughput by workers: the rounds as dots, the law with its band, and what proportion would
    give, cut where it leaves the picture."""
    rows = law_rows(fit, max(measured))
    points = pd.DataFrame(
        [{"workers": workers, "rps": rps} for workers, found in measured.items() for rps in found]
    )
    top = 1.15 * max(points["rps"].max(), rows[LAW].max(), rows["high"].max() or 0)
    x = alt.X("workers:Q", title="workers", axis=alt.Axis(format="d", tickMinStep=1))
    y = alt.Y("value:Q", title="requests a second", scale=alt.Scale(domain=[0, top], clamp=False))
    lines = rows.melt("workers", [LAW, PROPORTIONAL], var_name="line", value_name="value")
    lines = lines[lines["value"] <= top]
    line = (
        alt.Chart(lines)
        .mark_line()
        .encode(
            x=x,
            y=y,
            strokeDash=alt.StrokeDash(
                "line:N",
                title=None,
                scale=alt.Scale(domain=[LAW, PROPORTIONAL], range=[[1, 0], [3, 3]]),
                legend=alt.Legend(orient="top"),
            ),
        )
    )
    dots = (
        alt.Chart(points)
        .mark_point(size=55, filled=True)
        .encode(
            x=x,
            y="rps:Q",
            tooltip=[
                alt.Tooltip("workers:Q"),
                alt.Tooltip("rps:Q", title="answered a second", format=",.1f"),
            ],
        )
    )
    layers: list[alt.Chart] = [line, dots]
    if fit.draws:
        band = alt.Chart(rows).mark_area(opacity=0.18)
        layers.insert(0, band.encode(x=x, y="low:Q", y2="high:Q"))
    return alt.LayerChart(layer=layers)


def _by_workers(rows: pd.DataFrame) -> alt.Color:
    names = list(dict.fromkeys(rows["workers"]))
    return alt.Color(
        "workers:N",
        title=None,
        scale=alt.Scale(domain=names),
        legend=alt.Legend(orient="top") if len(names) > 1 else None,
    )
