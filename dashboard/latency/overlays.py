"""What is drawn over the lines of calls: the brush, the part that it chose, and marks."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from core.servinglog.windows import Window
from dashboard.latency.charts import Axes, on_canvas, plain_time
from dashboard.latency.marks import ChartMark, mark_layers
from dashboard.latency.part import BRUSH

PART_COLOR = "#8a8f99"


def with_overlays(
    chart: alt.LayerChart, axes: Axes, part: Window | None, shown: Sequence[ChartMark]
) -> alt.LayerChart:
    """The chart with a brush along its time, the marks, and the chosen part shaded: a brush itself
    is lost when the chart is drawn with newer calls."""
    brush = alt.selection_interval(name=BRUSH, encodings=["x"])
    shades = [] if part is None else [_shade(part, axes)]
    # Layers of one level: nested ones with the same scale would warn of a conflict.
    own = [layer.copy() for layer in chart.layer]
    for layer in own:
        if layer.data is alt.Undefined:
            layer.data = chart.data
    own[-1] = own[-1].add_params(brush)
    layered = alt.LayerChart(layer=[*shades, *mark_layers(shown, axes), *own])
    return on_canvas(layered)  # as SVG the brush's own rectangles would be images without a name


def _shade(part: Window, axes: Axes) -> alt.Chart:
    since, until = max(part.since, axes.since), min(part.until, axes.until)
    ends = pd.DataFrame({"since": [since], "until": [max(since, until)]})
    chart: alt.Chart = (
        alt.Chart(ends)
        .mark_rect(opacity=0.18, color=PART_COLOR, clip=True, tooltip=None)
        .encode(x=plain_time("since"), x2="until:T")
    )
    return chart
