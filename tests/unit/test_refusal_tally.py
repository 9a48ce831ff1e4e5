"""Few refusals are logged with their request ids, many only as a count."""

from datetime import UTC, datetime, timedelta
from threading import Thread

from core.clock import Clock
from core.servinglog.memory import MemoryLog
from core.servinglog.record import RefusalReason, RequestOrigin
from core.servinglog.refusals import NAMED_AT_ONCE, RefusalTally

NOW = datetime(2026, 11, 1, tzinfo=UTC)
OVERLOADED, UNAUTHORIZED = RefusalReason.OVERLOADED, RefusalReason.UNAUTHORIZED


class Ticking:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.clock = Clock(
            now=lambda: NOW + timedelta(seconds=self.seconds), monotonic=lambda: self.seconds
        )


def test_the_first_are_a_line_each_and_the_rest_one_a_reason() -> None:
    log, ticking = MemoryLog(), Ticking()
    tally = RefusalTally(log, ticking.clock)
    for number in range(NAMED_AT_ONCE + 5):
        tally.note(OVERLOADED, RequestOrigin(f"r{number}", "trace"))
    tally.note(UNAUTHORIZED, RequestOrigin("late"))
    assert [one.caller_request_id for one in log.refusals] == [
        f"r{n}" for n in range(NAMED_AT_ONCE)
    ]
    tally.flush()
    *alone, overloaded, unauthorized = log.refusals
    assert {one.refused_count for one in alone} == {1}
    assert (overloaded.reason, overloaded.refused_count) == (OVERLOADED, 5)
    assert (unauthorized.reason, unauthorized.refused_count) == (UNAUTHORIZED, 1)
    assert overloaded.caller_request_id is overloaded.trace_id is None
    assert len({one.refusal_id for one in log.refusals}) == len(log.refusals)
    tally.flush()
    assert len(log.refusals) == NAMED_AT_ONCE + 2


def test_time_gives_names_back() -> None:
    log, ticking = MemoryLog(), Ticking()
    tally = RefusalTally(log, ticking.clock)
    for _ in range(NAMED_AT_ONCE):
        tally.note(OVERLOADED, RequestOrigin("r"))
    ticking.seconds += 2
    for number in range(5):
        tally.note(OVERLOADED, RequestOrigin(f"later-{number}"))
    tally.flush()
    named = [one.caller_request_id for one in log.refusals[NAMED_AT_ONCE:]]
    assert named == ["later-0", "later-1", None]
    assert log.refusals[-1].refused_count == 3


def test_what_is_only_counted_is_written_without_being_asked_for() -> None:
    log = MemoryLog()
    tally = RefusalTally(log, Ticking().clock)
    for _ in range(NAMED_AT_ONCE + 1):
        tally.note(OVERLOADED, RequestOrigin("r"))
    timer = tally._timer
    assert timer is not None
    timer.join()
    assert log.refusals[-1].refused_count == 1
    assert len(log.refusals) == NAMED_AT_ONCE + 1


def test_threads_lose_no_count() -> None:
    log, ticking = MemoryLog(), Ticking()
    tally = RefusalTally(log, ticking.clock)

    def refuse() -> None:
        for _ in range(500):
            tally.note(OVERLOADED, RequestOrigin("r"))

    threads = [Thread(target=refuse) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tally.flush()
    assert sum(one.refused_count for one in log.refusals) == 2_000
