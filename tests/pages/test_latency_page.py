"""The latency page in every state, with a stub of the services."""

from datetime import timedelta
from pathlib import Path

import pytest
import streamlit as st

from core.errors import StoreError
from core.moderation.permissions import Role
from core.servinglog.record import Mode
from tests.pages import latency_page
from tests.pages.latency_page import NOW, Open, calls, words

# pytest finds a fixture by its name in this module.
open_page = latency_page.open_page
TILES = ["p50", "p95", "p99", "Throughput", "Errors", "Refused requests"]


class Unreadable:
    """A log that can't be read."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def series_names(self) -> None:
        raise StoreError("The serving log could not be read: not yours")


def test_role_without_permission_sees_only_why(open_page: Open) -> None:
    test = open_page(calls(3), role=Role.AUTHOR)
    assert "may not" in test.error[0].value
    assert not test.metric
    assert not test.exception


def test_empty_log_says_how_to_fill_it(open_page: Open) -> None:
    test = open_page([])
    assert "No call to a backend has been logged yet." in test.info[0].value
    assert "modconsole score" in words(test)
    assert not test.exception


def test_unreadable_log_is_one_line(open_page: Open, tmp_path: Path) -> None:
    test = open_page([], queries=Unreadable(tmp_path))
    assert test.error[0].value == "The serving log could not be read: not yours"
    assert not test.exception


def test_fresh_log_opens_on_its_window_and_says_percentiles_are_weak(open_page: Open) -> None:
    test = open_page(calls(12))
    assert test.get_by_key("window").value == "15 min"
    tiles = {metric.label: metric for metric in test.metric}
    assert list(tiles) == TILES
    assert not tiles["p95"].delta
    assert "of 12 calls: too few" in words(test)
    assert tiles["p50"].value == "12 ms"
    assert "each call a dot" in words(test)
    assert "[How long?](how_long)" in words(test)
    assert not test.exception


def test_busy_log_shows_deltas_lines_and_table(open_page: Open) -> None:
    before = calls(600, timedelta(minutes=20), total_ms=30.0)
    test = open_page([*before, *calls(600), *calls(2, backend="onnx", error_kind="timeout")])
    tiles = {metric.label: metric for metric in test.metric}
    assert tiles["p50"].delta == "-17 ms"
    assert "600 calls, 11:30–11:45" in words(test)
    assert tiles["Errors"].value == "0.33 %"
    assert "every 1 s" in words(test)
    table = next(one.value for one in test.dataframe if "trend" in one.value)
    assert list(table["series"]) == ["onnx · batch"]
    assert table["errors"].iloc[0] == 2
    assert not test.exception


def test_page_says_what_cache_and_first_stage_spared(open_page: Open) -> None:
    test = open_page(calls(30, cache_hits=5, first_stage_count=2, first_stage_ms=0.1))
    assert (
        "Of 300 comments, 50 % answered from the cache and 20 % cleared by the first stage."
        in words(test)
    )
    assert not test.exception


def test_page_of_a_full_model_alone_speaks_of_no_cache(open_page: Open) -> None:
    assert "cache" not in words(open_page(calls(30)))


def test_empty_window_offers_the_whole_log_in_one_click(open_page: Open) -> None:
    test = open_page(calls(30, timedelta(hours=3)))
    assert test.get_by_key("window").value == "6 h"
    test.get_by_key("window").set_value("1 h").run()
    assert "No calls in this window; the last was 2 h ago." in words(test)
    test.get_by_key("show_all").click().run()
    assert test.get_by_key("window").value == "all"
    assert test.metric
    assert not test.exception


def test_load_tests_count_only_when_chosen(open_page: Open) -> None:
    test = open_page([*calls(5), *calls(500, mode=Mode.LOAD_TEST, total_ms=900.0)])
    assert "0 of 5 calls" in words(test)
    test.get_by_key("modes").set_value(["batch", "load_test"]).run()
    assert "0 of 505 calls" in words(test)
    test.get_by_key("modes").set_value([]).run()
    assert "The filter leaves out every call" in words(test)
    assert not test.exception


def test_log_of_load_tests_alone_is_shown(open_page: Open) -> None:
    test = open_page(calls(5, mode=Mode.LOAD_TEST))
    assert "0 of 5 calls" in words(test)


def test_window_where_every_call_failed_still_opens(open_page: Open) -> None:
    test = open_page(calls(5, error_kind="timeout"))
    tiles = {metric.label: metric.value for metric in test.metric}
    assert tiles["p50"] == "–"
    assert tiles["Errors"] == "100 %"
    assert not test.exception


def test_chosen_percentile_is_kept(open_page: Open) -> None:
    test = open_page(calls(5))
    test.get_by_key("percentile").set_value("p50").run()
    assert test.get_by_key("percentile").value == "p50"
    assert not test.exception


@pytest.mark.slow
def test_window_that_was_opened_stays_while_time_passes(open_page: Open) -> None:
    now = [NOW]
    test = open_page(calls(5), now=lambda: now[0])
    assert test.get_by_key("window").value == "15 min"
    now[0] += timedelta(minutes=30)
    st.cache_data.clear()
    test.run()
    assert test.get_by_key("window").value == "15 min"
    assert "No calls in this window; the last was 34 min ago." in words(test)
    test.get_by_key("window").set_value("6 h").run()
    now[0] += timedelta(hours=2)
    st.cache_data.clear()
    test.run()
    assert test.get_by_key("window").value == "6 h"
    assert not test.exception


def test_one_call_is_a_whole_page(open_page: Open) -> None:
    test = open_page(calls(1))
    assert "of 1 call: too few" in words(test)
    assert not test.exception
