"""The small trends of the tiles, on a true scale. Pure: from a comparison to an Altair chart."""

import altair as alt
import pandas as pd

from core.services.comparison import ComparedWith, Comparison

NOW, THERE = "now", "compared"


def sparkline(comparison: Comparison, name: str) -> alt.LayerChart:
    """A trend without axes, from zero up and over its own time: a bucket without a call is a gap.
    The compared calls are a dashed line on the same scale, moved to the same time. Screen readers
    skip it, since the figure beside it says what counts."""
    frame = _frame(comparison, name)
    encoded = alt.Chart(frame).encode(
        x=alt.X("at:T", axis=None, scale=alt.Scale(nice=False)),
        y=alt.Y("value:Q", axis=None, scale=alt.Scale(zero=True, nice=False), stack=False),
    )
    now = encoded.transform_filter(alt.datum.which == NOW)
    there = encoded.transform_filter(alt.datum.which == THERE)
    return alt.LayerChart(
        layer=[
            now.mark_area(opacity=0.25, tooltip=None, aria=False),
            there.mark_line(
                strokeWidth=1, strokeDash=[3, 3], color="#8a8f99", tooltip=None, aria=False
            ),
            now.mark_line(strokeWidth=1.5, tooltip=None, aria=False),
        ],
        padding=0,
    )


def _frame(comparison: Comparison, name: str) -> pd.DataFrame:
    """`at` as seconds from the beginning of the group's window, as a time."""
    parts = [_part(comparison.here.trend, name, NOW)]
    there = comparison.there
    if there is not None:
        moved = (
            comparison.here.window.since - there.window.since
            if comparison.comparand.against is ComparedWith.BEFORE
            else pd.Timedelta(0)
        )
        part = _part(there.trend, name, THERE)
        parts.append(part.assign(at=part["at"] + moved))
    return pd.concat(parts, ignore_index=True)


def _part(trend: pd.DataFrame, name: str, which: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"at": trend["bucket_at"], "value": trend[name].astype(float), "which": which}
    )
