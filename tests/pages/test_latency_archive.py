"""The latency page on calls of which only sums are kept."""

from datetime import timedelta
from pathlib import Path

from core.clock import system_clock
from core.servinglog.archive.compaction import compact
from core.servinglog.queries import ServingLogQueries
from tests.log_stores import aged
from tests.pages import latency_page
from tests.pages.latency_page import Open, calls, words
from tests.servinglog_records import put

# pytest finds a fixture by its name in this module.
open_page = latency_page.open_page
FROM_SUMS = "Percentiles of this window are from sums of its calls: each is within 2 % of the time"


def archived(folder: Path, **keep: timedelta) -> ServingLogQueries:
    aged(put(folder, *calls(2_000), name="api-1-1-0.jsonl"))
    compact(folder, system_clock(), **keep)
    return ServingLogQueries(folder)


def test_archived_calls_are_shown_as_before(tmp_path: Path, open_page: Open) -> None:
    before = open_page(calls(2_000))
    after = open_page([], queries=archived(tmp_path / "other"))
    tiles = [(one.label, one.value, one.delta) for one in before.metric]
    assert [(one.label, one.value, one.delta) for one in after.metric] == tiles
    assert FROM_SUMS not in words(after)
    assert not after.exception


def test_figures_from_sums_say_how_near_they_are(tmp_path: Path, open_page: Open) -> None:
    queries = archived(tmp_path, keep_rows=timedelta(seconds=1))
    test = open_page([], queries=queries)
    tiles = {metric.label: metric.value for metric in test.metric}
    assert tiles["Errors"] == "0 %"
    assert FROM_SUMS in words(test)
    assert "Of this window only sums are kept, no single call." in words(test)
    assert "Sums don't know where a call waited" in words(test)
    assert "Sums don't know cold starts" in words(test)
    assert "None in this window." not in words(test)  # nobody knows that
    assert not test.exception


def test_cold_starts_beside_sums_say_of_which_calls_they_are(
    tmp_path: Path, open_page: Open
) -> None:
    queries = archived(tmp_path, keep_rows=timedelta(seconds=1))
    put(tmp_path, *calls(3, timedelta(minutes=1)), name="api-2-1-0.jsonl")
    test = open_page([], queries=queries)
    cold = next(one.value for one in test.dataframe if "cold" in one.value)
    assert cold["cold"].iloc[0] == 1
    # Once for the lengths, once for the cold starts.
    assert words(test).count("Of the last hours whose single calls are kept.") == 2
    assert "Sums don't know cold starts" not in words(test)
