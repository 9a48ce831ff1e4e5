from datetime import UTC, datetime, timedelta
from typing import Any

import altair as alt
import pandas as pd
import pytest

from dashboard.latency.charts import (
    MAX_SERIES,
    Axes,
    busiest,
    call_dots,
    latency_lines,
    throughput_area,
)

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
BATCH, REALTIME = "onnx · batch", "onnx · realtime"
AXES = Axes(["gone · batch", BATCH, REALTIME], START, START + timedelta(seconds=40), "Asia/Tokyo")


def frame(**columns: Any) -> pd.DataFrame:
    times = [START + timedelta(seconds=10 * n) for n in range(4)]
    values = {
        "bucket_at": times,
        "series": [BATCH] * 4,
        "calls": [1, 0, 2, 2],
        "p50": [1.0, None, 3.0, 4.0],
        "p95": [1.0, None, 3.0, 4.0],
        "p99": [1.0, None, 3.0, 4.0],
        "comments_per_s": [3.2, 0.0, 6.4, 6.4],
        "errors": [0, 0, 1, 0],
    }
    return pd.DataFrame(values | columns)


def table() -> pd.DataFrame:
    shares = {"queue_share": 0.0, "first_stage_share": 0.0, "tokenize_share": 0.2}
    return pd.DataFrame(
        {"series": [BATCH], "calls": [5], "p95": [4.0]}
        | {name: [value] for name, value in shares.items()}
        | {"compute_share": [0.7], "network_share": [0.0]}
        | {"other_share": [0.1]}
    )


def layers(chart: alt.LayerChart) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = chart.to_dict()["layer"]
    return found


def data_of(chart: alt.LayerChart) -> list[list[dict[str, Any]]]:
    return list(chart.to_dict()["datasets"].values())


@pytest.mark.parametrize("quantile", ["p50", "p95", "p99"])
def test_latency_names_percentile_and_unit(quantile: Any) -> None:
    line = layers(latency_lines(frame(), quantile, AXES))[0]
    assert line["mark"]["type"] == "line"
    assert line["encoding"]["y"]["field"] == quantile
    assert line["encoding"]["y"]["title"] == f"{quantile}, ms"


def test_colour_belongs_to_the_series_whatever_is_shown() -> None:
    few = latency_lines(frame(), "p95", AXES)
    other = throughput_area(frame(series=[REALTIME] * 4), 10, AXES)
    for chart in (few, other):
        color = layers(chart)[0]["encoding"]["color"]
        assert color["scale"] == {"domain": list(AXES.every)}  # no range: the theme has the colours
    legend = layers(few)[0]["encoding"]["color"]["legend"]
    assert legend["orient"] == "top"
    assert legend["values"] == [BATCH]


def test_value_between_two_gaps_is_a_dot() -> None:
    chart = latency_lines(frame(), "p95", AXES)
    (rows,) = data_of(chart)
    assert [row["is_alone"] for row in rows] == [True, False, False, False]
    opacity = layers(chart)[1]["encoding"]["opacity"]
    assert (opacity["field"], opacity["scale"]) == ("is_alone", None)


def test_neighbours_are_looked_for_in_the_same_series() -> None:
    chart = latency_lines(frame(series=[BATCH, BATCH, REALTIME, BATCH]), "p95", AXES)
    (rows,) = data_of(chart)
    assert [row["is_alone"] for row in rows] == [True, False, True, True]


def test_charts_share_the_time_axis_and_the_lower_one_names_the_zone() -> None:
    upper = layers(latency_lines(frame(), "p95", AXES))[0]["encoding"]
    lower = layers(throughput_area(frame(), 10, AXES))[0]["encoding"]
    assert upper["x"]["scale"] == lower["x"]["scale"]
    assert lower["x"]["scale"]["domain"][0]["utc"] is True
    assert lower["x"]["axis"]["title"] == "time, Asia/Tokyo"
    assert upper["y"]["axis"]["minExtent"] == lower["y"]["axis"]["minExtent"]


@pytest.mark.parametrize(
    ("span", "form"),
    [
        (timedelta(seconds=4), "%H:%M:%S"),
        (timedelta(hours=24), "%H:%M"),
        (timedelta(days=3), "%d %b %H:%M"),
        (timedelta(days=400), "%d %b"),
    ],
)
def test_time_is_written_as_fine_as_the_span_needs(span: timedelta, form: str) -> None:
    axes = Axes([BATCH], START, START + span, "UTC")
    encoding = layers(throughput_area(frame(), 10, axes))[0]["encoding"]
    assert encoding["x"]["axis"]["format"] == form


def test_throughput_is_stacked_and_its_last_bucket_has_a_width() -> None:
    chart = throughput_area(frame(), 10, AXES)
    encoding = layers(chart)[0]["encoding"]
    assert encoding["y"]["stack"] == "zero"
    assert encoding["y"]["title"] == "comments/s"
    areas = max(data_of(chart), key=len)
    assert len(areas) == 5
    assert areas[-1]["comments_per_s"] == 6.4
    assert areas[-1]["bucket_at"].startswith("2026-11-01T12:00:40")


def test_failed_calls_are_marked_where_they_failed() -> None:
    chart = throughput_area(frame(), 10, AXES)
    marks = min(data_of(chart), key=len)
    assert [row["errors"] for row in marks] == [1]
    assert len(layers(throughput_area(frame(errors=[0] * 4), 10, AXES))) == 1


def test_few_calls_are_drawn_one_by_one_with_their_percentile() -> None:
    calls = pd.DataFrame(
        {"started_at": [START], "series": [BATCH], "total_ms": [3.0], "batch_size": [32]}
    )
    rule, dot = layers(call_dots(calls, table(), "p95", AXES))
    assert (rule["mark"]["type"], rule["encoding"]["y"]["field"]) == ("rule", "p95")
    assert (dot["mark"]["type"], dot["encoding"]["y"]["field"]) == ("point", "total_ms")


def test_only_as_many_series_as_can_be_told_apart() -> None:
    many = pd.DataFrame({"series": [str(n) for n in range(20)], "calls": range(20)})
    assert busiest(many) == [str(n) for n in range(19, 19 - MAX_SERIES, -1)]
