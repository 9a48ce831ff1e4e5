"""Charts of load tests: from results to frames and Altair charts in the reader's language."""

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from core.load_test.results import RateStep
from core.load_test.scalability import UslFit
from dashboard.scale.wording import workers_words
from dashboard.staff_texts import say

LINE_POINTS = 60
BEYOND = 2.0
"""The law is drawn up to twice the most workers that were measured."""
OBJECTIVE_COLOR, GREY = "#d0342c", "#868d9a"
LOG = alt.Scale(type="log", nice=False, padding=12)


def step_rows(steps: Sequence[RateStep], share: float) -> pd.DataFrame:
    """One row a rate and a number of workers, the last try of each."""
    last = {(one.workers, one.offered_rps): one for one in steps}
    return pd.DataFrame(
        [
            {
                "workers": workers_words((one.workers,)),
                "offered": one.offered_rps,
                "answered": one.rps,
                "p50": one.p50_ms,
                "p99": one.p99_ms,
                "objective": held_words(one.holds(share)),
            }
            for one in sorted(last.values(), key=lambda one: (one.workers, one.offered_rps))
        ],
        columns=["workers", "offered", "answered", "p50", "p99", "objective"],
    )


def held_words(holds: bool) -> str:
    """Whether the objective held, in a word."""
    return say("scale.curves.holds") if holds else say("scale.curves.breaks")


def latency_chart(rows: pd.DataFrame, within_ms: float) -> alt.LayerChart:
    """The 99th percentile by offered rate, a line for each number of workers, and the objective's
    limit; both axes are logarithmic."""
    answered = rows.dropna(subset=["p99"])
    base = alt.Chart(answered).encode(
        x=alt.X("offered:Q", title=say("scale.curves.offered"), scale=LOG),
        y=alt.Y("p99:Q", title=say("scale.curves.p99_from_due"), scale=LOG),
        color=_by_workers(rows),
    )
    dots = base.mark_point(size=55, filled=True).encode(
        shape=alt.Shape(
            "objective:N",
            title=None,
            scale=alt.Scale(
                domain=[held_words(True), held_words(False)], range=["circle", "cross"]
            ),
            legend=alt.Legend(orient="top", symbolFillColor=GREY, symbolStrokeColor=GREY),
        ),
        tooltip=[
            alt.Tooltip("workers:N", title=say("scale.curves.workers")),
            alt.Tooltip("offered:Q", title=say("scale.curves.offered_a_second"), format=",.1f"),
            alt.Tooltip("answered:Q", title=say("scale.curves.answered_a_second"), format=",.1f"),
            alt.Tooltip("p50:Q", title="p50, ms", format=",.1f"),
            alt.Tooltip("p99:Q", title="p99, ms", format=",.1f"),
            alt.Tooltip("objective:N", title=say("scale.curves.objective")),
        ],
    )
    limit = alt.Chart(pd.DataFrame({"limit": [within_ms]}))
    rule = limit.mark_rule(strokeDash=[4, 3], color=OBJECTIVE_COLOR, strokeWidth=1.5)
    return alt.LayerChart(layer=[base.mark_line(), dots, rule.encode(y="limit:Q")])


def law_rows(fit: UslFit, most_workers: int) -> pd.DataFrame:
    """The law and the line of proportion, with the interval of the law where it is known."""
    rows, law, proportional = [], say("scale.law.law"), say("scale.law.in_proportion")
    for workers in np.linspace(1, BEYOND * most_workers, LINE_POINTS):
        interval = fit.throughput_interval(float(workers))
        low, high = interval if interval is not None else (None, None)
        rows.append(
            {
                "workers": float(workers),
                law: fit.best.throughput(float(workers)),
                proportional: fit.best.per_second * float(workers),
                "low": low,
                "high": high,
            }
        )
    return pd.DataFrame(rows)


def law_chart(fit: UslFit, measured: dict[int, Sequence[float]]) -> alt.LayerChart:
    """Throughput by workers: the rounds as dots, the law with its band, and what proportion would
    give, cut where it leaves the picture."""
    rows = law_rows(fit, max(measured))
    names = [say("scale.law.law"), say("scale.law.in_proportion")]
    points = pd.DataFrame(
        [{"workers": workers, "rps": rps} for workers, found in measured.items() for rps in found]
    )
    top = 1.15 * max(points["rps"].max(), rows[names[0]].max(), rows["high"].max() or 0)
    x = alt.X("workers:Q", title=say("scale.law.workers"), axis=alt.Axis(format="d", tickMinStep=1))
    scale = alt.Scale(domain=[0, top], clamp=False)
    y = alt.Y("value:Q", title=say("scale.law.requests_a_second"), scale=scale)
    lines = rows.melt("workers", names, var_name="line", value_name="value")
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
                scale=alt.Scale(domain=names, range=[[1, 0], [3, 3]]),
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
                alt.Tooltip("workers:Q", title=say("scale.law.workers")),
                alt.Tooltip("rps:Q", title=say("scale.curves.answered_a_second"), format=",.1f"),
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
