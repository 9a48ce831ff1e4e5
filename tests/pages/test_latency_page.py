"""The latency page in every state, with a stub of the services."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.clock import Clock
from core.errors import StoreError
from core.moderation.permissions import Actor, Role
from core.servinglog.lines import REFUSAL
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import Mode, RefusalReason, RefusalRecord, ServingRecord
from core.servinglog.writer import encode
from tests.patience import PATIENT_S

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@dataclass
class StandIn:
    """The part of the services that the page uses."""

    serving_log_queries: Any
    clock: Clock


class Unreadable:
    """A log that can't be read."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def series_names(self) -> None:
        raise StoreError("The serving log could not be read: not yours")


def page(services: object, actor: object) -> None:
    from dashboard.latency.screen import render

    render(services, actor)


def calls(count: int, age: timedelta = timedelta(minutes=5), **changes: Any) -> list[ServingRecord]:
    values: dict[str, Any] = {
        "mode": Mode.BATCH,
        "backend": "onnx",
        "model_version": "v1",
        "runtime": "onnxruntime",
        "precision": "int8",
        "location": "in_process",
        "batch_size": 10,
        "chars": 900,
        "tokenize_ms": 1.0,
        "compute_ms": 8.0,
    }
    return [
        ServingRecord(
            **(
                values
                | {
                    "request_id": f"{count}-{age}-{n}",
                    "started_at": NOW - age + timedelta(milliseconds=20 * n),
                    "total_ms": 10.0 + n % 7,
                }
                | changes
            )
        )
        for n in range(count)
    ]


Open = Callable[..., AppTest]


@pytest.fixture
def open_page(tmp_path: Path) -> Open:
    def open_it(
        records: list[ServingRecord],
        role: Role = Role.OPS,
        queries: Any = None,
        now: Callable[[], datetime] = lambda: NOW,
        more: bytes = b"",
    ) -> AppTest:
        (tmp_path / "a-1-1-0.jsonl").write_bytes(b"".join(map(encode, records)) + more)
        clock = Clock(now=now, monotonic=lambda: 0.0)
        services = StandIn(queries or ServingLogQueries(tmp_path), clock)
        test = AppTest.from_function(
            page,
            kwargs={"services": services, "actor": Actor("ola", role)},
            default_timeout=PATIENT_S,
        )
        return test.run()

    return open_it


def words(test: AppTest) -> str:
    found = [*test.caption, *test.markdown, *test.info, *test.warning, *test.error, *test.text]
    labels = [one.label for one in test.expander]
    return "\n".join([*(str(element.value) for element in found), *labels])


def refused(count: int, reason: RefusalReason = RefusalReason.OVERLOADED, age_s: int = 60) -> bytes:
    line = RefusalRecord(
        refusal_id=f"{reason}-{age_s}",
        refused_at=NOW - timedelta(seconds=age_s),
        reason=reason,
        refused_count=count,
        caller_request_id="refused-1",
    )
    return REFUSAL.encode(line)


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
    assert list(tiles) == ["p50", "p95", "p99", "Throughput", "Errors"]
    assert tiles["p95"].delta == "of 12 calls: too few"
    assert tiles["p50"].value == "12 ms"
    assert "each call a dot" in words(test)
    assert "How long for 100 comments?" in words(test)
    assert not test.exception


def test_busy_log_shows_deltas_lines_and_table(open_page: Open) -> None:
    before = calls(600, timedelta(minutes=20), total_ms=30.0)
    test = open_page([*before, *calls(600), *calls(2, backend="onnx", error_kind="timeout")])
    tiles = {metric.label: metric for metric in test.metric}
    assert tiles["p50"].delta == "-17 ms"
    assert tiles["Errors"].value == "0.33 %"
    assert "every 1 s" in words(test)
    table = test.dataframe[0].value
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
    assert test.metric[0].delta == "of 5 calls"
    test.get_by_key("modes").set_value(["batch", "load_test"]).run()
    assert test.metric[0].delta == "of 505 calls"
    test.get_by_key("modes").set_value([]).run()
    assert "The filter leaves out every call" in words(test)
    assert not test.exception


def test_log_of_load_tests_alone_is_shown(open_page: Open) -> None:
    test = open_page(calls(5, mode=Mode.LOAD_TEST))
    assert test.metric[0].delta == "of 5 calls"


def test_window_where_every_call_failed_still_opens(open_page: Open) -> None:
    test = open_page(calls(5, error_kind="timeout"))
    tiles = {metric.label: metric.value for metric in test.metric}
    assert tiles["p50"] == "–"
    assert tiles["Errors"] == "100 %"
    assert "No call was answered" in words(test)
    assert not test.exception


def test_chosen_percentile_is_kept(open_page: Open) -> None:
    test = open_page(calls(5))
    test.get_by_key("percentile").set_value("p50").run()
    assert test.get_by_key("percentile").value == "p50"
    assert not test.exception


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


def test_refusals_stand_beside_the_errors_and_above_them(open_page: Open) -> None:
    keys = refused(4, RefusalReason.UNAUTHORIZED, 90)
    test = open_page(calls(12), more=refused(20) + keys)
    tiles = {metric.label: metric for metric in test.metric}
    assert tiles["Errors"].value == "0 %"
    assert (tiles["Refused requests"].value, tiles["Refused requests"].delta) == (
        "24",
        "besides 12 calls",
    )
    assert test.warning[0].value == (
        "24 requests were refused in this window and made no call: 20 because the API was "
        "overloaded, 4 without a valid key; the last 1 min ago."
    )
    assert not test.exception


def test_refusals_for_want_of_a_key_alone_are_no_warning(open_page: Open) -> None:
    test = open_page(calls(12), more=refused(1, RefusalReason.UNAUTHORIZED))
    assert not test.warning
    assert "1 request was refused in this window" in words(test)


def test_log_of_refusals_alone_says_so(open_page: Open) -> None:
    test = open_page([], more=refused(36))
    assert "36 requests were refused" in test.warning[0].value
    assert "No call to a backend has been logged yet." in words(test)
    assert not test.metric
    assert not test.exception


def test_one_call_is_a_whole_page(open_page: Open) -> None:
    test = open_page(calls(1))
    assert test.metric[0].delta == "of 1 call: too few"
    assert not test.exception


def test_lines_that_cannot_be_read_are_counted_with_their_reason(open_page: Open) -> None:
    good = encode(calls(1, timedelta(minutes=6))[0])
    bad = good.replace(b'"total_ms":10.0', b'"total_ms":"Infinity"')
    ahead = encode(calls(1, timedelta(hours=-5))[0])
    test = open_page(calls(12), more=bad + b"?\n" + ahead + good + good)
    assert (
        "Not in these figures: 2 lines can't be read, 1 call dated in the future, "
        "1 duplicate line counted once." in words(test)
    )
    assert "a-1-1-0.jsonl: 2 lines can't be read" in words(test)
    assert "line 13: `total_ms` is not a number" in words(test)
    assert test.get_by_key("window").value == "15 min"
    assert test.metric[0].delta == "of 13 calls"
    assert not test.exception


def test_log_that_holds_nothing_readable_still_says_what_it_holds(open_page: Open) -> None:
    test = open_page([], more=b"?\n")
    assert "No call to a backend has been logged yet." in words(test)
    assert "1 line can't be read" in words(test)
    assert not test.exception


@pytest.mark.parametrize("wanted", ["request-1", "c" * 32, "call-1", " call-1 "])
def test_a_request_is_found_by_any_of_its_ids(open_page: Open, wanted: str) -> None:
    one = calls(
        1,
        request_id="call-1",
        caller_request_id="request-1",
        trace_id="c" * 32,
        tokens=17,
        attempts=3,
    )
    test = open_page([*one, *calls(12)])
    test.get_by_key("find").set_value(wanted).run()
    (row,) = next(t.value for t in test.dataframe if "attempts" in t.value).to_dict("records")
    assert (row["call"], row["tokens"], row["attempts"]) == ("call-1", 17, 3)
    assert (row["compute"], row["runtime"]) == (8.0, "onnxruntime int8, in process")
    assert not test.exception


def test_a_search_tells_of_a_refusal_or_that_there_is_nothing(open_page: Open) -> None:
    test = open_page(calls(12), more=refused(1))
    test.get_by_key("find").set_value("refused-1").run()
    assert "Refused at 2026-11-01 11:59:00 UTC because the API was overloaded" in words(test)
    test.get_by_key("find").set_value("![x](http://x.example/)").run()
    assert "no request, call or trace with that id" in words(test)
    assert not test.exception
