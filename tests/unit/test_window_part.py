"""A part of a window and a call, in addresses, in a brush and as a person types them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from core.servinglog.windows import Window
from dashboard.latency.addresses import CallPlace, read_place, read_window, window_address
from dashboard.latency.part import brushed, slowest_stretch, typed_part

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
PART = Window(NOON, NOON + timedelta(minutes=2, microseconds=5))


def test_an_address_gives_the_part_and_the_call_back() -> None:
    assert read_window(window_address(PART)) == PART
    place = CallPlace("a/b c", NOON)
    assert read_place(place.address) == place


@pytest.mark.parametrize(
    "address",
    [
        "",
        "x",
        "2026-11-29T12:00:00Z",
        "2026-11-29T12:00:00Z/x",
        "2026-11-29T12:00:00Z/2026-11-29T12:00:00Z",
        "2026-11-29T12:00:00/2026-11-29T13:00:00",  # no zone
        "0001-01-01T00:00:00Z/2026-11-29T12:00:00Z",
        "2026-11-29T12:00:00Z/9999-12-31T23:59:59Z",
    ],
)
def test_an_address_that_is_no_part_is_ignored(address: str) -> None:
    assert read_window(address) is None


@pytest.mark.parametrize(
    "address", ["", "x/y", "2026-11-29T12:00:00Z/", "2026-11-29T12:00:00Z/a\nb"]
)
def test_an_address_that_is_no_call_is_ignored(address: str) -> None:
    assert read_place(address) is None


def test_a_brush_is_in_milliseconds() -> None:
    ms = int(NOON.timestamp() * 1000)
    found = brushed({"brush": {"bucket_at": [ms, ms + 60_000]}})
    assert found == Window(NOON, NOON + timedelta(minutes=1))
    assert brushed({"brush": {}}) is brushed({}) is brushed({"brush": {"x": [ms, ms]}}) is None


def test_slowest_stretch_is_the_bucket_with_the_highest_percentile() -> None:
    starts = [NOON + timedelta(minutes=n) for n in range(3)]
    lines = pd.DataFrame({"bucket_at": starts, "p95": [5.0, 9.0, None]})
    stretch = slowest_stretch(lines, "p95", 60)
    assert stretch == Window(starts[1], starts[2])
    assert slowest_stretch(lines.assign(p95=None), "p95", 60) is None


def test_typed_times_are_the_last_such_in_the_viewers_zone() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")  # nine hours ahead: 21:00 there
    found = typed_part("20:03", "20:05:30", NOON, tokyo)
    assert found == Window(NOON - timedelta(minutes=57), NOON - timedelta(minutes=54, seconds=30))
    across = typed_part("23:50", "00:10", NOON, UTC)
    assert across is not None
    assert across.until - across.since == timedelta(minutes=20)
    dated = typed_part("2026-11-28 10:00", "2026-11-28 10:01:00", NOON, UTC)
    assert dated is not None
    assert dated.since == NOON - timedelta(hours=26)


@pytest.mark.parametrize(
    ("since", "until"), [("", ""), ("x", "12:00"), ("25:00", "26:00"), ("1", "2")]
)
def test_typed_words_are_no_part(since: str, until: str) -> None:
    assert typed_part(since, until, NOON, UTC) is None


def test_dated_times_in_the_wrong_order_are_no_part() -> None:
    assert typed_part("2026-11-28 10:02", "2026-11-28 10:01", NOON, UTC) is None
