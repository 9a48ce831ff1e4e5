"""The latency page: comparison, a part of the window, one request's phases, and marks."""

from datetime import timedelta

from streamlit.testing.v1 import AppTest

from core.servinglog.windows import Window
from dashboard.latency.addresses import CallPlace, window_address, written
from tests.pages import latency_page
from tests.pages.latency_page import NOW, Open, calls, words

# pytest finds a fixture by its name in this module.
open_page = latency_page.open_page
OLD = timedelta(minutes=10)
PART = Window(NOW - OLD, NOW - OLD + timedelta(milliseconds=210))


def address_of(test: AppTest, name: str) -> str:
    return "".join(test.query_params.get(name, []))


def test_another_revision_is_compared_in_the_same_window(open_page: Open) -> None:
    before = calls(600, OLD, model_version="v1")
    test = open_page([*before, *calls(600, total_ms=30.0, model_version="v2")])
    assert test.get_by_key("compare").options == ["the time before", "onnx, version v1"]
    test.get_by_key("compare").set_value("onnx, version v1").run()
    tiles = {metric.label: metric for metric in test.metric}
    assert (tiles["p50"].value, tiles["p50"].delta) == ("30 ms", "+17 ms")
    assert "more than noise" in words(test)
    assert "600 calls in the same window, against onnx\\, version v2 in the tiles" in words(test)
    assert not test.exception


def test_another_backend_is_compared_in_the_same_window(open_page: Open) -> None:
    test = open_page([*calls(600), *calls(600, backend="gpu", total_ms=5.0)])
    test.get_by_key("compare").set_value("backend gpu").run()
    assert test.metric[0].delta == "+8.0 ms"
    test.get_by_key("backends").set_value(["gpu"]).run()
    assert "no other calls of this window" in words(test)
    assert not test.exception


def test_comparison_is_in_the_address(open_page: Open) -> None:
    both = [*calls(60), *calls(60, backend="gpu", total_ms=5.0)]
    test = open_page(both, address={"compare": "backend gpu"})
    assert test.get_by_key("compare").value == "backend gpu"
    unknown = open_page(both, address={"compare": "backend none"})
    assert unknown.get_by_key("compare").value == "the time before"


def test_part_of_the_address_has_its_slowest_calls(open_page: Open) -> None:
    made = [*calls(20, OLD), *calls(600, total_ms=99.0)]
    test = open_page(made, address={"part": window_address(PART)})
    assert "from 01 Nov 11:50:00 to 11:50:00" in words(test)
    shown = next(one.value for one in test.dataframe if "request_id" in one.value)
    assert (len(shown), shown["total_ms"].max()) == (11, 16.0)
    assert "onnx · batch, version v1, 10 comments: answered in 16 ms." in words(test)
    test.get_by_key("whole_window").click().run()
    assert address_of(test, "part") == ""
    assert not test.exception


def test_part_without_a_call_says_so(open_page: Open) -> None:
    empty = Window(NOW - timedelta(hours=9), NOW - timedelta(hours=8))
    test = open_page(calls(600), address={"part": window_address(empty)})
    assert "No call whose row is kept in that part." in words(test)
    assert not test.exception


def test_address_that_is_no_part_is_ignored(open_page: Open) -> None:
    test = open_page(calls(600), address={"part": "x/y", "call": "z"})
    assert "of the whole window" in words(test)
    assert not test.exception


def test_call_of_the_address_shows_its_whole_request(open_page: Open) -> None:
    timeout = {"error_kind": "timeout", "compute_ms": None}
    failed = calls(1, OLD, backend="gpu", caller_request_id="q", **timeout)
    answered = calls(1, OLD - timedelta(seconds=1), caller_request_id="q")
    place = CallPlace(answered[0].request_id, answered[0].started_at)
    test = open_page([*failed, *answered, *calls(600)], address={"call": place.address})
    assert "1: gpu · batch, version v1, 10 comments: failed (timeout)" in words(test)
    assert "2: onnx · batch, version v1, 10 comments: answered in 10 ms." in words(test)
    assert "not known: compute" in words(test)


def test_call_that_is_gone_is_said_to_be(open_page: Open) -> None:
    test = open_page(calls(600), address={"call": f"{written(NOW)}/gone"})
    assert "The log no longer holds that call." in words(test)
    assert not test.exception


def test_slowest_stretch_and_typed_times_choose_a_part(open_page: Open) -> None:
    test = open_page([*calls(600), *calls(3, OLD, total_ms=99.0)])
    test.get_by_key("slowest_stretch").click().run()
    assert address_of(test, "part").startswith("2026-11-01T11:50:00Z/")
    test.get_by_key("part_from").set_value("11:54")
    test.get_by_key("part_to").set_value("11:56")
    test.get_by_key("part_typed").click().run()
    assert address_of(test, "part") == "2026-11-01T11:54:00Z/2026-11-01T11:56:00Z"
    test.get_by_key("part_to").set_value("nonsense")
    test.get_by_key("part_typed").click().run()
    assert "Write two times" in test.error[0].value
    assert address_of(test, "part") == "2026-11-01T11:54:00Z/2026-11-01T11:56:00Z"


def test_new_model_version_is_a_mark_with_words(open_page: Open) -> None:
    test = open_page([*calls(600, OLD), *calls(600, model_version="v2")])
    assert "onnx: model version v2 first seen" in words(test)
    assert not test.exception


def test_cold_start_stands_beside_warm_calls(open_page: Open) -> None:
    test = open_page([*calls(1, timedelta(minutes=14), total_ms=400.0), *calls(600)])
    cold = next(one.value for one in test.dataframe if "cold" in one.value)
    assert (cold["cold"].iloc[0], cold["cold_ms"].iloc[0]) == (1, 400.0)
