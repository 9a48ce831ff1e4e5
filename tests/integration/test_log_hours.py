"""A reader of the shared store reads the hours that it is asked for, and stays small."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from core.servinglog.lines import REFUSAL
from core.servinglog.shared.base import LogStore
from core.servinglog.windows import Window
from tests.integration.servinglog_lines import refusal
from tests.log_stores import Machine, aged
from tests.servinglog_records import START, record

pytestmark = pytest.mark.slow

HOURS = 6
HOUR_S = 3_600.0


class CountingStore:
    """A store that counts what is fetched from it."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self.name = store.name
        self.fetched: Counter[str] = Counter()

    def put(self, path: str, content: bytes) -> None:
        self._store.put(path, content)

    def get(self, path: str) -> bytes:
        self.fetched["/".join(path.split("/")[:3]) if "hour=" in path else "ledger"] += 1
        return self._store.get(path)

    def paths(self, folder: str) -> frozenset[str]:
        return self._store.paths(folder)


def hour(number: int) -> Window:
    start = START + timedelta(hours=number)
    return Window(start, start + timedelta(hours=1))


@pytest.fixture
def machine(tmp_path: Path, each_log_store: str) -> Machine:
    """It sees six hours of calls and refusals of another machine."""
    other = Machine(tmp_path / "other", each_log_store)
    for number in range(HOURS):
        at_s = number * HOUR_S
        records = [record(f"{number}-{each}", at_s + each) for each in range(10)]
        path = other.put(*records, name=f"api-1-{number}-0.jsonl")
        path.write_bytes(
            path.read_bytes() + REFUSAL.encode(refusal(f"r{number}", at_s + 1, refused_count=3))
        )
        aged(path)
    assert other.upload().rows == HOURS * 11
    return Machine(tmp_path / "machine", each_log_store)


def test_a_window_of_one_hour_reads_the_objects_of_that_hour_once(machine: Machine) -> None:
    store = CountingStore(machine.store)
    queries = machine.queries(store)
    for _ in range(3):
        assert queries.summary(hour(2)).calls == 10
        assert len(queries.slowest(hour(2))) == 10
    assert store.fetched == {"ledger": HOURS, "calls/date=2026-11-01/hour=14": 1}


def test_the_whole_log_is_described_by_the_ledger_alone(machine: Machine) -> None:
    store = CountingStore(machine.store)
    queries = machine.queries(store)
    assert queries.bounds().calls == HOURS * 10
    assert queries.bounds().last_at == START + timedelta(hours=HOURS - 1, seconds=9)
    until = START + timedelta(hours=HOURS)
    assert [one.requests for one in queries.refused(Window(START, until))] == [HOURS * 3]
    assert queries.contents(until).readable == HOURS * 11
    assert store.fetched == {"ledger": HOURS}


@pytest.mark.parametrize("shift_s", [-5.0, 0.0, 1.0, 1.000001, 5.0, 1_800.0])
def test_edges_inside_an_hour_count_exactly(machine: Machine, shift_s: float) -> None:
    since = START + timedelta(hours=1, seconds=shift_s)
    until = START + timedelta(hours=4, seconds=shift_s)
    at_s = [number * HOUR_S + each for number in range(HOURS) for each in range(10)]
    refused_s = [number * HOUR_S + 1 for number in range(HOURS)]
    start_s, end_s = HOUR_S + shift_s, 4 * HOUR_S + shift_s
    queries = machine.queries()
    calls = sum(start_s <= each < end_s for each in at_s)
    refused = 3 * sum(start_s <= each < end_s for each in refused_s)
    assert queries.summary(Window(since, until)).calls == calls
    assert sum(one.requests for one in queries.refused(Window(since, until))) == refused
    before = sum(each < end_s for each in at_s)
    assert sum(one.calls for one in queries.series_names(until)) == before
    short = Window(since, since + timedelta(seconds=3))
    few = 3 * sum(start_s <= each < start_s + 3 for each in refused_s)
    assert sum(one.requests for one in queries.refused(short)) == few


def test_hours_that_nobody_asks_for_any_more_leave_the_memory(machine: Machine) -> None:
    queries = machine.queries(most_rows=25)
    for number in [*range(HOURS), *range(HOURS)]:
        assert queries.summary(hour(number)).calls == 10
        with queries._mirror.cursor() as cursor:
            (rows,) = cursor.execute("SELECT count(*) FROM call_lines").fetchone() or (0,)
        assert rows <= 25
    whole = Window(START, START + timedelta(hours=HOURS))
    assert queries.summary(whole).calls == HOURS * 10  # more than may stay, but asked for
    assert queries.bounds().calls == HOURS * 10


def test_new_segments_of_others_appear_with_the_next_list(machine: Machine, tmp_path: Path) -> None:
    queries = machine.queries()
    assert queries.summary(hour(0)).calls == 10
    other = Machine(tmp_path / "third", machine.address)
    other.put(record("late", 30))
    other.upload()
    machine.passed_s += 59
    assert queries.summary(hour(0)).calls == 10
    machine.passed_s += 2
    assert queries.summary(hour(0)).calls == 11
