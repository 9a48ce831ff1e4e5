"""What the latency page's charts send to the browser: the columns that they draw, and no more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from dashboard.latency.breakdown_charts import phase_stack
from dashboard.latency.charts import Axes, call_dots, latency_lines, throughput_area

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
AXES = Axes(["onnx · batch"], NOON, NOON + timedelta(hours=1), "UTC")
LINES = pd.DataFrame(
    {
        "series": "onnx · batch",
        "bucket_at": pd.to_datetime([NOON, NOON + timedelta(minutes=1)], utc=True),
        "p50": [1.0, 2.0],
        "p95": [3.0, 4.0],
        "p99": [5.0, 6.0],
        "calls": [7, 8],
        "errors": [0, 1],
        "comments": [9, 10],
        "comments_per_s": [0.1, 0.2],
    }
)


def sent(chart: Any) -> list[set[str]]:
    """The columns of each data set."""
    return [set(rows[0]) for rows in chart.to_dict()["datasets"].values()]


def test_lines_send_their_percentile_alone() -> None:
    columns = {"series", "bucket_at", "p95", "calls", "is_alone"}
    assert sent(latency_lines(LINES, "p95", AXES)) == [columns]


def test_areas_send_the_rate_and_marks_the_errors() -> None:
    areas, marks = sent(throughput_area(LINES, 60, AXES))
    assert areas == {"series", "bucket_at", "comments_per_s"}
    assert marks == {"bucket_at", "errors"}


def test_dots_send_their_call() -> None:
    dots = pd.DataFrame(
        {
            "started_at": pd.to_datetime([NOON], utc=True),
            "series": ["onnx · batch"],
            "total_ms": [4.0],
            "batch_size": [1],
            "request_id": ["not drawn"],
        }
    )
    table = pd.DataFrame({"series": ["onnx · batch"], "p95": [4.0]})
    assert {"started_at", "series", "total_ms", "batch_size"} in sent(
        call_dots(dots, table, "p95", AXES)
    )


def test_phases_send_no_series() -> None:
    phases = pd.DataFrame(
        {
            "bucket_at": pd.to_datetime([NOON], utc=True),
            "series": [None],
            "phase": ["compute"],
            "ms": [8.0],
        }
    )
    assert sent(phase_stack(phases, 60, AXES)) == [
        {"bucket_at", "until", "phase", "ms", "from_ms", "to_ms"}
    ]
