"""The small trends of the tiles, on a true scale. Pure: from a comparison to an SVG image, which
costs a browser far less than a chart of Vega does."""

from itertools import groupby

import pandas as pd

from core.services.comparison import ComparedWith, Comparison

HEIGHT, MARGIN = 44, 2
NOW_COLOR = "#5b83e8"  # at least 3 to 1 on the light and on the dark ground
THERE_COLOR = "#8a8f99"
# As wide as its tile: only the drawing within is stretched.
_IMAGE = (
    f'<svg xmlns="http://www.w3.org/2000/svg" height="{HEIGHT}">'
    f'<svg width="100%" height="100%" viewBox="0 -{MARGIN} 100 {HEIGHT}" fill="none" '
    'preserveAspectRatio="none" stroke-linecap="round" stroke-linejoin="round">{paths}</svg></svg>'
)
_AREA = '<path d="{way}V{floor}H{start}Z" fill="{color}" fill-opacity="0.25"/>'
_LINE = '<path d="{way}" stroke="{color}" {look} vector-effect="non-scaling-stroke"/>'
Points = list[tuple[float, float]]


def sparkline(comparison: Comparison, name: str) -> str:
    """A trend without axes, from zero up and over its own time: a bucket without a call is a gap,
    one between two gaps a dot. The compared calls are a dashed line on the same scale, moved to the
    same time."""
    here, there = _runs(comparison.here.trend, name), _compared(comparison, name)
    every = [point for run in (*here, *there) for point in run]
    if not every:
        return _IMAGE.format(paths="")
    first, last = min(every)[0], max(every)[0]
    most, floor = max(value for _, value in every) or 1.0, HEIGHT - 2 * MARGIN

    def way(run: Points) -> str:
        placed = [
            f"{100 * (at - first) / (last - first or 1.0):.2f} {floor * (1 - value / most):.2f}"
            for at, value in run
        ]
        return f"M{'L'.join(placed if len(run) > 1 else placed * 2)}"

    now = [way(run) for run in here]
    areas = [
        _AREA.format(way=one, floor=floor, start=one[1:].split()[0], color=NOW_COLOR) for one in now
    ]
    dashes = 'stroke-width="1" stroke-dasharray="3 3"'
    before = [_LINE.format(way=way(run), color=THERE_COLOR, look=dashes) for run in there]
    lines = [_LINE.format(way=one, color=NOW_COLOR, look='stroke-width="1.5"') for one in now]
    return _IMAGE.format(paths="".join((*areas, *before, *lines)))


def _compared(comparison: Comparison, name: str) -> list[Points]:
    here, there = comparison.here, comparison.there
    if there is None:
        return []
    is_before = comparison.comparand.against is ComparedWith.BEFORE
    moved = here.window.since - there.window.since
    return _runs(there.trend, name, moved.total_seconds() if is_before else 0.0)


def _runs(trend: pd.DataFrame, name: str, moved_s: float = 0.0) -> list[Points]:
    """Seconds and values, apart where a bucket has no value."""
    at_s = [at.timestamp() + moved_s for at in trend["bucket_at"]]
    values = trend[name].astype(float)
    every = zip(at_s, values, values.notna(), strict=True)
    return [
        [(at, value) for at, value, _ in run]
        for is_known, run in groupby(every, lambda one: one[2])
        if is_known
    ]
