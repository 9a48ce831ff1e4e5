"""Services for the latency page: the traffic of a window, and who may see it."""

from datetime import timedelta
from pathlib import Path

import pytest

from core.cli.main import main
from core.clock import Clock
from core.errors import InvalidInput, NotFound, PermissionDenied
from core.inference.base import ANSWERS, LASTING, OUTAGES, ErrorKind
from core.moderation.permissions import Actor, Role
from core.services.traffic import WindowTraffic, find_request, view_backends, view_log, view_window
from core.servinglog.lines import REFUSAL
from core.servinglog.queries import ServingLogQueries
from core.servinglog.record import Mode, RefusalReason, RefusalRecord
from core.servinglog.traffic_filter import ALL_TRAFFIC, Traffic
from core.servinglog.windows import WindowChoice
from tests.servinglog_records import START, put, record

OPS, AUTHOR = Actor("ola", Role.OPS), Actor("sam", Role.AUTHOR)
CLOCK = Clock(now=lambda: START + timedelta(hours=1), monotonic=lambda: 0.0)
UNTIL = START + timedelta(hours=1)


@pytest.fixture
def log(tmp_path: Path) -> ServingLogQueries:
    return ServingLogQueries(tmp_path)


def refuse(folder: Path, at_s: float, count: int = 1) -> None:
    line = RefusalRecord(
        refusal_id=f"r{at_s}",
        refused_at=START + timedelta(seconds=at_s),
        reason=RefusalReason.OVERLOADED,
        refused_count=count,
        caller_request_id="refused-1",
    )
    with (folder / "api-1-1-0.jsonl").open("ab") as file:
        file.write(REFUSAL.encode(line))


def test_each_view_is_for_those_who_may_see_it(log: ServingLogQueries) -> None:
    with pytest.raises(PermissionDenied):
        view_log(AUTHOR, log, CLOCK)
    with pytest.raises(PermissionDenied):
        view_window(
            AUTHOR, log, WindowChoice.ALL, ALL_TRAFFIC, UNTIL, drawn=lambda _: [], max_points=9
        )
    with pytest.raises(PermissionDenied):
        view_backends(AUTHOR, log, WindowChoice.ALL, UNTIL)
    with pytest.raises(PermissionDenied):
        find_request(AUTHOR, log, "x")


def test_the_log_ends_at_the_clock(log: ServingLogQueries, tmp_path: Path) -> None:
    put(tmp_path, record("now", 3600), record("ahead", 6 * 3600, backend="torch"))
    seen = view_log(OPS, log, CLOCK)
    assert [one.backend for one in seen.series] == ["onnx"]
    assert seen.newest_at == CLOCK.now()
    assert seen.contents.future == 1
    window = view_window(
        OPS,
        log,
        WindowChoice.MINUTES_15,
        ALL_TRAFFIC,
        seen.until,
        drawn=lambda table: list(table["series"]),
        max_points=100,
    )
    assert window.summary.calls == 1
    assert view_backends(OPS, log, WindowChoice.ALL, seen.until).seen[0].backend == "onnx"


def test_refusals_alone_are_something_that_was_logged(
    log: ServingLogQueries, tmp_path: Path
) -> None:
    refuse(tmp_path, 3000, 24)
    seen = view_log(OPS, log, CLOCK)
    assert seen.series == ()
    assert seen.newest_at == START + timedelta(seconds=3000)
    (refused,) = view_backends(OPS, log, WindowChoice.HOUR, seen.until).refused
    assert (refused.reason, refused.requests) == ("overloaded", 24)


def test_a_window_counts_its_own_refusals_and_only_the_series_it_draws(
    log: ServingLogQueries, tmp_path: Path
) -> None:
    put(tmp_path, *(record(str(n), 3500 + n) for n in range(9)), record("x", 3501, backend="tei"))
    refuse(tmp_path, 10, 5)
    refuse(tmp_path, 3400, 7)
    window = view_window(
        OPS,
        log,
        WindowChoice.MINUTES_15,
        ALL_TRAFFIC,
        UNTIL,
        drawn=lambda table: list(table["series"][:1]),
        max_points=100,
    )
    assert [one.requests for one in window.refused] == [7]
    assert set(window.lines["series"]) == {"onnx · realtime"}
    assert window.hidden_count == 1


def test_a_window_has_its_slowest_calls_and_a_line_for_each_row(
    log: ServingLogQueries, tmp_path: Path
) -> None:
    slow = record("slow", 3595, total_ms=900.0)
    put(tmp_path, record("old", 2000), record("one", 3590), slow, record("x", 3591, backend="tei"))

    def seen(choice: WindowChoice) -> WindowTraffic:
        names = lambda table: list(table["series"])  # noqa: E731
        return view_window(OPS, log, choice, ALL_TRAFFIC, UNTIL, drawn=names, max_points=100)

    window = seen(WindowChoice.MINUTES_15)
    assert window.slowest["request_id"].iloc[0] == "slow"
    assert len(window.slowest) == 3
    trends = dict(zip(window.table["series"], window.table["trend"], strict=True))
    assert trends["tei · realtime"] == [10.0]
    assert max(trends["onnx · realtime"]) > 800


def test_a_series_of_which_every_call_failed_has_no_line(
    log: ServingLogQueries, tmp_path: Path
) -> None:
    put(tmp_path, record("y", 3591), record("z", 3592, backend="tei", error_kind="timeout"))
    window = view_window(
        OPS,
        log,
        WindowChoice.MINUTES_15,
        ALL_TRAFFIC,
        UNTIL,
        drawn=lambda table: list(table["series"]),
        max_points=100,
    )
    trends = dict(zip(window.table["series"], window.table["trend"], strict=True))
    assert trends == {"onnx · realtime": [10.0], "tei · realtime": []}


def test_a_filter_holds_for_the_table_and_the_lines(log: ServingLogQueries, tmp_path: Path) -> None:
    """The first and the last bucket are cut by the window, so the trend of it leaves them out."""
    every_half_minute = (record(f"{n}", 3600 - 30 * (n + 1)) for n in range(29))
    put(tmp_path, *every_half_minute, record("x", 3500, backend="tei", total_ms=900.0))
    window = view_window(
        OPS,
        log,
        WindowChoice.MINUTES_15,
        Traffic(backends=("onnx",)),
        UNTIL,
        drawn=lambda table: list(table["series"]),
        max_points=100,
    )
    assert list(window.table["series"]) == list(set(window.lines["series"])) == ["onnx · realtime"]
    assert window.summary.calls == 29


def test_a_filter_by_model_holds_for_the_trend(log: ServingLogQueries, tmp_path: Path) -> None:
    other = (record(f"y{n}", 3595 - n, total_ms=900.0, model_version="v1") for n in range(9))
    put(tmp_path, *(record(f"{n}", 3590 - n, model_version="v2") for n in range(9)), *other)
    window = view_window(
        OPS,
        log,
        WindowChoice.MINUTES_15,
        Traffic(models=("v2",)),
        UNTIL,
        drawn=lambda table: list(table["series"]),
        max_points=100,
    )
    assert set(window.table["trend"].iloc[0]) == {10.0}


def test_a_search_wants_an_id_that_is_there(log: ServingLogQueries, tmp_path: Path) -> None:
    put(tmp_path, record("call-1", caller_request_id="request-1"))
    assert find_request(OPS, log, "  request-1 ").calls[0].request_id == "call-1"
    for wanted in ("", "  ", "a\nb"):
        with pytest.raises(InvalidInput):
            find_request(OPS, log, wanted)
    with pytest.raises(NotFound):
        find_request(OPS, log, "request")


@pytest.mark.slow
def test_the_command_prints_the_phases_or_the_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
    folder = tmp_path / "serving-log"
    put(
        folder,
        record("call-1", caller_request_id="request-1", queue_ms=1.5, compute_ms=8.0, tokens=17),
        record("call-2", 1, caller_request_id="request-1", mode=Mode.BATCH, error_kind="timeout"),
    )
    refuse(folder, 5)
    assert main(["logs", "find", "request-1"]) == 0
    printed = capsys.readouterr().out
    assert "onnx, realtime: answered after 10.0 ms (queue 1.5, compute 8.0)" in printed
    assert "onnx, batch: failed: timeout" in printed
    assert "17 tokens" in printed
    assert main(["logs", "find", "refused-1"]) == 0
    assert "refused: overloaded" in capsys.readouterr().out
    assert main(["logs", "find", "nobody"]) == 2
    assert "no request, call or trace" in capsys.readouterr().err


def test_a_kind_of_error_is_an_answer_or_may_be_an_outage_never_both() -> None:
    assert LASTING < OUTAGES < set(ErrorKind)
    assert not ANSWERS & OUTAGES
