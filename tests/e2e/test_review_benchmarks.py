"""The scripts that measure the review desk, on a little, so that they go on running."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.long,
    pytest.mark.skipif(
        shutil.which("chromium") is None,
        reason="no chromium on this machine: apt-get install chromium runs these tests",
    ),
]


def measured(name: str, *given: object) -> dict[str, object]:
    command = [sys.executable, "-m", f"tests.benchmarks.{name}", *map(str, given)]
    printed = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    table: dict[str, object] = json.loads(printed)
    return table


def test_keys_decide_each_comment_once() -> None:
    table = measured("review_keys", 12, 50, 20)
    assert (table["decisions"], table["lost"], table["doubled"]) == (12, 0, 0)


def test_keys_and_mouse_decide_a_queue_to_its_end() -> None:
    rows = measured("review_hands", 3)["rows"]
    assert isinstance(rows, list)
    assert [(row["width"], row["hand"]) for row in rows] == [
        (width, hand) for width in (390, 1024, 1440) for hand in ("keys", "mouse")
    ]
    for row in rows:
        assert (row["decided"], row["lost"], row["otherwise"]) == (3, 0, 0), row


def test_the_time_to_the_screen_is_measured_for_each_thing() -> None:
    rows = measured("review_screen", 300, 1)["rows"]
    assert isinstance(rows, list)
    assert {row["what"] for row in rows if row["p95_ms"] > 0} == {
        "open",
        "filter",
        "search",
        "case",
    }
