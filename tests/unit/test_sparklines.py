"""The trends of the latency page's tiles: a true scale, gaps, and what they are compared with."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from core.services.comparison import Comparand, ComparedGroup, ComparedWith, Comparison
from core.servinglog.answers import Summary
from core.servinglog.comparing.figures import Figures
from core.servinglog.traffic_filter import Traffic
from core.servinglog.windows import Window
from dashboard.latency.sparklines import HEIGHT, MARGIN, sparkline

NOON, HOUR = datetime(2026, 11, 1, 12, tzinfo=UTC), timedelta(hours=1)
FLOOR = HEIGHT - 2 * MARGIN
SUMMARY = Summary(1, 1, 1, 0, 0, 0, 1.0, 1.0, 1.0, NOON, NOON)


def group(values: Sequence[float | None], since: datetime) -> ComparedGroup:
    at = [since + place * timedelta(minutes=1) for place in range(len(values))]
    trend = pd.DataFrame({"bucket_at": pd.to_datetime(at, utc=True), "p95": values})
    window = Window(since, since + HOUR)
    return ComparedGroup(window, Traffic(), SUMMARY, Figures(), 0, trend)


def drawn(
    here: Sequence[float | None],
    there: Sequence[float | None] | None = None,
    against: ComparedWith = ComparedWith.BEFORE,
) -> dict[str, list[list[tuple[float, float]]]]:
    """The points of each path by `area`, `line` and `dashes`."""
    moved = HOUR if against is ComparedWith.BEFORE else timedelta()
    other = None if there is None else group(there, NOON - moved)
    comparison = Comparison(Comparand(against), group(here, NOON), other, {})
    found: dict[str, list[list[tuple[float, float]]]] = {"area": [], "line": [], "dashes": []}
    for path in ET.fromstring(sparkline(comparison, "p95")).iter():
        if path.tag.endswith("path"):
            dashes = "dashes" if "stroke-dasharray" in path.attrib else "line"
            kind = "area" if "fill" in path.attrib else dashes
            pairs = re.findall(r"[ML]([\d.]+) ([\d.]+)", path.attrib["d"])
            found[kind].append([(float(x), float(y)) for x, y in pairs])
    return found


def test_the_scale_begins_at_zero() -> None:
    assert drawn([50.0, 100.0, 0.0])["line"] == [[(0, FLOOR / 2), (50, 0), (100, FLOOR)]]


def test_a_bucket_without_a_call_is_a_gap_and_one_between_two_gaps_a_dot() -> None:
    (first, alone) = drawn([10.0, 10.0, None, 10.0])["line"]
    assert [round(x) for x, _ in first] == [0, 33]
    assert alone == [(100, 0), (100, 0)]


def test_the_period_before_is_moved_to_the_same_time_and_has_the_same_scale() -> None:
    found = drawn([50.0, 50.0], [100.0, 100.0])
    assert found["line"] == [[(0, FLOOR / 2), (100, FLOOR / 2)]]
    assert found["dashes"] == [[(0, 0), (100, 0)]]
    assert len(found["area"]) == 1


def test_another_backend_is_of_the_same_time_anyway() -> None:
    found = drawn([50.0, 50.0, 50.0], [None, 100.0, 100.0], ComparedWith.BACKEND)
    assert found["dashes"] == [[(50, 0), (100, 0)]]


@pytest.mark.parametrize("values", [[], [None], [0.0, 0.0]])
def test_nothing_and_zero_are_drawn_without_a_fault(values: Sequence[float | None]) -> None:
    lines = drawn(values)["line"]
    assert all(y == FLOOR for line in lines for _, y in line)
    assert bool(lines) == (0.0 in values)
