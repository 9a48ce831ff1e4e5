from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.servinglog.answers import (
    LineProblem,
    LogContents,
    Refused,
    SegmentProblem,
    Summary,
)
from dashboard.figures import (
    covered,
    duration,
    has_lost,
    log_notes,
    percent,
    problem_lines,
    rate,
    refused_line,
)

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def summary(**changes: Any) -> Summary:
    values: dict[str, Any] = {
        "calls": 200,
        "answered": 200,
        "comments": 1000,
        "errors": 0,
        "cache_hits": 0,
        "cleared": 0,
        "p50": 10.0,
        "p95": 20.0,
        "p99": 40.0,
        "first_at": NOON,
        "last_at": NOON + timedelta(seconds=10),
    }
    return Summary(**(values | changes))


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (None, "–"),
        (float("nan"), "–"),
        (0.04, "0.0 ms"),
        (9.94, "9.9 ms"),
        (9.96, "10 ms"),
        (64.4, "64 ms"),
        (1500.0, "1.5 s"),
        (180_000.0, "3.0 min"),
    ],
)
def test_duration_has_a_unit_and_no_false_precision(ms: float | None, words: str) -> None:
    assert duration(ms) == words


def test_rate_and_share_never_round_something_to_nothing() -> None:
    assert rate(1240.4) == "1,240 /s"
    assert rate(0.012) == "0.012 /s"
    assert rate(None) == "–"
    assert (percent(0.0), percent(0.0004), percent(0.25)) == ("0 %", "0.04 %", "25 %")
    assert percent(None) == "–"


def test_covered_is_in_the_viewers_zone() -> None:
    words = covered(summary(), NOON + timedelta(minutes=3), ZoneInfo("Asia/Tokyo"))
    assert words == "200 calls, 21:00:00–21:00:10, the last 2 min ago"
    later = covered(summary(), NOON + timedelta(days=2), ZoneInfo("Asia/Tokyo"))
    assert later == "200 calls, 01 Nov 21:00–01 Nov 21:00, the last 1 d ago"


def test_one_reason_is_not_counted_twice() -> None:
    one = [Refused("overloaded", 1, NOON - timedelta(minutes=3))]
    assert refused_line(one, NOON) == (
        "1 request was refused in this window because the API was overloaded and made no call; "
        "the last 3 min ago."
    )
    assert refused_line([], NOON) is None
    assert has_lost(one)
    strange = [Refused("![x](http://x.example)", 2, NOON)]
    assert "![x]" not in str(refused_line([*one, *strange], NOON))
    assert not has_lost(strange)


def test_a_refusal_for_the_state_is_a_loss_and_may_have_made_a_call() -> None:
    lost = [Refused("store", 3, NOON - timedelta(minutes=3))]
    assert refused_line(lost, NOON) == (
        "3 requests were refused in this window because the state could not be used; the last "
        "3 min ago."
    )
    assert has_lost(lost)
    wrong = [Refused("invalid", 2, NOON - timedelta(minutes=3))]
    assert refused_line([*lost, *wrong], NOON) == (
        "5 requests were refused in this window: 3 because the state could not be used, 2 because "
        "their body was not valid; the last 3 min ago."
    )
    assert "and made no call" in str(refused_line(wrong, NOON))
    assert not has_lost(wrong)


def test_what_the_figures_leave_out_is_counted_by_kind() -> None:
    assert log_notes(LogContents(5, 5, 0, 0, 0)) is None
    file = SegmentProblem("x.jsonl", 0, "Is a directory")
    many = SegmentProblem("a.jsonl", 7, None, (LineProblem(1_204, "not JSON, or cut off"),))
    found = LogContents(9, 1, 7, 1, 0, (file, many))
    assert log_notes(found) == (
        "Not in these figures: 7 lines can't be read, 1 file can't be opened, 1 duplicate line "
        "counted once."
    )
    assert problem_lines(found.problems) == [
        "x.jsonl: Is a directory",
        "a.jsonl: 7 lines can't be read",
        "    line 1,204: not JSON, or cut off",
        "    and 6 more",
    ]
    assert problem_lines([file] * 30)[-1] == "and 10 more files"
