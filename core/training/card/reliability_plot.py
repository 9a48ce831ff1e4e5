"""The reliability plot as an SVG: for each label, how often people agree at each level of score."""

from collections.abc import Iterable, Sequence
from html import escape

from core.training.evaluation.calibration import Bin, TemperatureFit

_SIDE, _GAP, _LEFT, _TOP, _BOTTOM = 150, 34, 44, 48, 44
_BEFORE, _AFTER, _LINE, _TEXT = "#b4b4bd", "#2f6fde", "#8a8a94", "#3c3c44"


def reliability_plot(calibrations: Sequence[TemperatureFit]) -> str:
    """One panel per label: the score on the x axis, the observed share on the y axis. On the
    diagonal, a score is a correct probability. Grey: before temperature scaling; blue: after. The
    same input gives the same text."""
    width = _LEFT + len(calibrations) * (_SIDE + _GAP)
    height = _TOP + _SIDE + _BOTTOM
    panels = [
        _panel(each, _LEFT + number * (_SIDE + _GAP)) for number, each in enumerate(calibrations)
    ]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="sans-serif" font-size="11" '
        f'fill="{_TEXT}" role="img">',
        "<title>Reliability: share of comments with the label, by score</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        _key(),
        f'<text transform="translate(12 {_TOP + _SIDE / 2}) rotate(-90)" text-anchor="middle">'
        "share with the label</text>",
        *panels,
        f'<text x="{width / 2}" y="{height - 8}" text-anchor="middle">score</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _key() -> str:
    return (
        f'<circle cx="{_LEFT + 4}" cy="14" r="4" fill="{_BEFORE}"/>'
        f'<text x="{_LEFT + 13}" y="18">before scaling</text>'
        f'<circle cx="{_LEFT + 114}" cy="14" r="4" fill="{_AFTER}"/>'
        f'<text x="{_LEFT + 123}" y="18">after</text>'
    )


def _panel(calibration: TemperatureFit, left: float) -> str:
    bottom = _TOP + _SIDE
    ticks = "".join(
        f'<text x="{left + at * _SIDE:.0f}" y="{bottom + 14}" text-anchor="middle">{at:g}</text>'
        for at in (0, 0.5, 1)
    )
    sides = "".join(
        f'<text x="{left - 5}" y="{bottom - at * _SIDE + 4:.0f}" text-anchor="end">{at:g}</text>'
        for at in (0, 0.5, 1)
    )
    return (
        f'<g><text x="{left}" y="{_TOP - 8}" font-weight="bold">{escape(calibration.label)}</text>'
        f'<rect x="{left}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="none" '
        f'stroke="{_LINE}"/>'
        f'<path d="M{left} {bottom} L{left + _SIDE} {_TOP}" stroke="{_LINE}" '
        'stroke-dasharray="3 3"/>'
        f"{ticks}{sides}"
        f"{_dots(calibration.before.bins, left, _BEFORE)}"
        f"{_dots(calibration.after.bins, left, _AFTER)}</g>"
    )


def _dots(bins: Iterable[Bin], left: float, colour: str) -> str:
    points = [(left + each.score * _SIDE, _TOP + (1 - each.share) * _SIDE) for each in bins]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in points)
    return f'<g fill="{colour}"><polyline points="{line}" fill="none" stroke="{colour}"/>{dots}</g>'
