"""The distribution of one label's scores, with the bands in force and by the draft."""

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.moderation.history import History
from core.moderation.policy_bands import LabelBands
from core.moderation.scores import Label
from dashboard.figures import significant
from dashboard.staff_texts import number, say
from dashboard.wording import LABELS

BARS = 50
# As everywhere: orange waits, red is a removal. Both are read on light and on dark.
_PASSED, _HELD, _REMOVED = "#5b82e0", "#d07a2d", "#d0453c"
LINE_COLOR = "#7d8594"
"""Seen on the light and on the dark background."""
_DIGITS = 12


def score_counts(history: History, label: Label, bands: LabelBands) -> pd.DataFrame:
    """One row a bar: `low`, `high`, `comments`, and `by the draft`: what becomes of them by this
    label alone."""
    counts, edges = _counted(history.scores[label])
    middles = (edges[:-1] + edges[1:]) / 2
    hold = np.inf if bands.hold_from is None else bands.hold_from
    remove = np.inf if bands.remove_from is None else bands.remove_from
    passed, held, removed = (say(f"policy.chart.{done}") for done in ("passed", "held", "removed"))
    done = np.where(middles >= remove, removed, np.where(middles >= hold, held, passed))
    return pd.DataFrame(
        {"low": edges[:-1], "high": edges[1:], "comments": counts, "by the draft": done}
    )


def _counted(scores: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    counts, edges = np.histogram(scores[~np.isnan(scores)], bins=BARS, range=(0.0, 1.0))
    return counts.astype(np.int64), edges


def score_bars(
    frame: pd.DataFrame, label: Label, lines: pd.DataFrame
) -> alt.LayerChart | alt.FacetChart:
    """`lines` has a row for each edge: `score` and `edge`."""
    return alt.layer(_bars(frame, label), _rules(lines))


def _bars(frame: pd.DataFrame, label: Label) -> alt.Chart:
    told = {
        "from": [significant(low, _DIGITS) for low in frame["low"]],
        "count": [number(int(comments)) for comments in frame["comments"]],
    }
    colors = {"passed": _PASSED, "held": _HELD, "removed": _REMOVED}
    bars: alt.Chart = (
        alt.Chart(frame.assign(**told))
        .mark_bar()
        .encode(
            x=alt.X(
                "low:Q",
                bin="binned",
                title=say("policy.chart.axis", label=LABELS[label]),
                axis=alt.Axis(tickCount=5, format=".1f"),
            ),
            x2="high:Q",
            y2=alt.datum(0),  # without it, a bar between two edges is a line at its height
            y=alt.Y(
                "comments:Q",
                title=None,
                scale=alt.Scale(type="sqrt"),
                axis=alt.Axis(tickCount=3, format="~s"),
            ),
            color=alt.Color(
                "by the draft:N",
                scale=alt.Scale(
                    domain=[say(f"policy.chart.{done}") for done in colors],
                    range=list(colors.values()),
                ),
                legend=alt.Legend(orient="top", title=None, symbolType="square", offset=4),
            ),
            tooltip=[
                alt.Tooltip("from:N", title=say("policy.chart.from")),
                alt.Tooltip("count:N", title=say("policy.chart.comments")),
            ],
        )
    )
    return bars


def _rules(lines: pd.DataFrame) -> alt.Chart:
    told = {"figure": [significant(score, _DIGITS) for score in lines["score"]]}
    rules: alt.Chart = (
        alt.Chart(lines.assign(**told))
        .mark_rule(strokeWidth=2, color=LINE_COLOR)
        .encode(
            x="score:Q",
            strokeDash=alt.StrokeDash(
                "edge:N",
                scale=alt.Scale(
                    domain=[say("policy.chart.draft"), say("policy.chart.in_force")],
                    range=[[1, 0], [4, 3]],
                ),
                legend=alt.Legend(orient="top", title=None, symbolStrokeColor=LINE_COLOR),
            ),
            tooltip=[
                alt.Tooltip("edge:N", title=say("policy.chart.edge")),
                alt.Tooltip("figure:N", title=say("policy.chart.score")),
            ],
        )
    )
    return rules


def edge_lines(in_force: LabelBands, draft: LabelBands) -> pd.DataFrame:
    """The edges of both, without those that do not exist."""
    found = [
        (edge, name)
        for name, bands in (
            (say("policy.chart.in_force"), in_force),
            (say("policy.chart.draft"), draft),
        )
        for edge in (bands.hold_from, bands.remove_from)
        if edge is not None
    ]
    return pd.DataFrame(found, columns=["score", "edge"])
