"""The latency page on single lines of the log: refusals, unreadable ones, a request looked up."""

from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import system_clock
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import RefusalReason
from core.servinglog.shared.catalogue import StoredObjects
from core.servinglog.shared.folder import FolderLogStore
from core.servinglog.shared.stored import StoredLog
from core.servinglog.writer import encode
from tests.pages import latency_page
from tests.pages.latency_page import Open, calls, refused, words

# pytest finds a fixture by its name in this module.
open_page = latency_page.open_page


def test_refusals_stand_beside_the_errors_and_above_them(open_page: Open) -> None:
    keys = refused(4, RefusalReason.UNAUTHORIZED, 90)
    test = open_page(calls(12), more=refused(20) + keys)
    tiles = {metric.label: metric for metric in test.metric}
    assert tiles["Errors"].value == "0 %"
    assert tiles["Refused requests"].value == "24"
    assert "besides 12 calls" in words(test)
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
    assert "0 of 13 calls" in words(test)
    assert not test.exception


def test_log_that_holds_nothing_readable_still_says_what_it_holds(open_page: Open) -> None:
    test = open_page([], more=b"?\n")
    assert "No call to a backend has been logged yet." in words(test)
    assert "1 line can't be read" in words(test)
    assert not test.exception


@pytest.mark.slow
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


def test_a_shared_store_that_is_away_is_one_sentence_beside_the_local_figures(
    open_page: Open, tmp_path: Path
) -> None:
    store = FolderLogStore(tmp_path / "unmounted")
    stored = StoredLog(StoredObjects(store, tmp_path, system_clock()))
    test = open_page(calls(12), queries=ServingLogQueries(tmp_path, stored))
    assert [one.value for one in test.warning] == [
        "Calls of other machines may be missing here: the shared store of the log, "
        f"{tmp_path}/unmounted, is not a folder: mount or make it."
    ]
    assert "12 calls" in words(test)
    assert not test.exception
