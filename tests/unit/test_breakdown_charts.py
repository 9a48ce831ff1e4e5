"""Charts of how calls spread: units, gaps, the order of phases, classes in words."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from dashboard.latency.breakdown_charts import (
    class_bars,
    class_labels,
    heat_map,
    phase_shares,
    phase_stack,
)
from dashboard.latency.charts import Axes
from dashboard.staff_texts import say

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
AXES = Axes(["onnx · batch"], NOON, NOON + timedelta(hours=1), "UTC")


def phases() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "bucket_at": pd.to_datetime([NOON, NOON, NOON, None, None], utc=True),
            "series": [None, None, None, "onnx · batch", "onnx · batch"],
            "phase": ["compute", "client queue", "network", "compute", "other"],
            "ms": [8.0, 2.0, 0.0, 8.0, 2.0],
        }
    )


def test_heat_map_has_cells_with_units_and_a_log_scale() -> None:
    cells = pd.DataFrame({"bucket_at": [NOON], "from_ms": [1.0], "to_ms": [2.0], "calls": [3]})
    encoding = heat_map(cells, 60, AXES).to_dict()["encoding"]
    assert encoding["y"]["title"] == "call, ms (log scale)"
    assert encoding["y"]["scale"]["type"] == "log"
    assert encoding["x"]["axis"]["title"] == "time, UTC"
    assert encoding["x2"]["field"] == "until"


def test_phases_are_stacked_in_the_order_of_a_call() -> None:
    rows = phase_stack(phases(), 60, AXES).data
    assert list(rows["phase"]) == ["client queue", "compute"]
    assert list(rows["from_ms"]) == [0.0, 2.0]
    assert list(rows["to_ms"]) == [2.0, 10.0]
    assert set(rows["until"]) == {NOON + timedelta(seconds=60)}


def test_shares_leave_out_phases_nobody_spent_time_in() -> None:
    chart = phase_shares(phases(), ["onnx · batch"]).to_dict()
    assert chart["encoding"]["color"]["legend"]["values"] == ["compute", "other"]
    assert chart["encoding"]["x"]["stack"] == "normalize"


def test_classes_are_named_by_their_ends() -> None:
    assert class_labels([1, 2, 4, 8]) == ["1", "2", "3–4", "5–8"]
    assert class_labels([32, 64, 1024]) == ["up to 32", "33–64", "513–1,024"]
    assert class_labels([16]) == ["9–16"]


@pytest.mark.parametrize("of_what", ["size", "length"])
def test_class_bars_have_units(of_what) -> None:
    rows = pd.DataFrame(
        {"of_what": [of_what], "upto": [32], "calls": [3], "p50": [1.0], "p95": [2.0]}
    )
    bars, ticks = class_bars(rows, of_what).to_dict()["layer"]
    assert bars["encoding"]["x"]["title"] == say(f"latency.class_axis.{of_what}")
    assert bars["encoding"]["y"]["title"] == say(f"latency.class_unit.{of_what}")
    assert ticks["encoding"]["y"]["field"] == "p95"
