"""The limit of the public look-up: who tries out references is slowed down, who reads is not."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.lookup.limit import AT_ONCE, FAILED_COSTS, PER_S, LookupLimit, address_of


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def tried(limit: LookupLimit, address: str) -> int:
    """How many unknown references can be tried at once."""
    count = 0
    while not limit.wait_s(address):
        limit.note_failure(address)
        count += 1
    return count


def test_known_references_are_read_at_once_and_then_at_the_rate() -> None:
    time = Time()
    limit = LookupLimit(time)
    assert [limit.wait_s("a") for _ in range(int(AT_ONCE))] == [0] * int(AT_ONCE)
    assert limit.wait_s("a") == 1
    time.now += 1.0
    assert [limit.wait_s("a") for _ in range(int(PER_S))] == [0] * int(PER_S)
    assert limit.wait_s("a") == 1


def test_unknown_references_are_limited_more_strictly() -> None:
    time = Time()
    limit = LookupLimit(time)
    assert tried(limit, "a") == AT_ONCE / FAILED_COSTS
    time.now += FAILED_COSTS / PER_S
    assert tried(limit, "a") == 1


def test_the_seconds_told_are_enough() -> None:
    time = Time()
    limit = LookupLimit(time)
    tried(limit, "a")
    for _ in range(20):
        wait_s = limit.wait_s("a")
        assert wait_s > 0
        time.now += wait_s
        assert limit.wait_s("a") == 0
        limit.note_failure("a")


def test_one_address_takes_nothing_from_another() -> None:
    limit = LookupLimit(Time())
    tried(limit, "a")
    assert limit.wait_s("b") == 0


def test_a_debt_is_kept_while_full_buckets_are_forgotten() -> None:
    time = Time()
    limit = LookupLimit(time)
    tried(limit, "a")
    limit.note_failure("a")
    for _ in range(3):
        time.now += 20.0
        limit.wait_s("b")
    assert set(limit._limit._buckets) == {"a", "b"}
    time.now += 70.0
    limit.wait_s("b")
    assert set(limit._limit._buckets) == {"b"}


def test_many_threads_together_get_no_more_than_one() -> None:
    limit = LookupLimit(Time())
    with ThreadPoolExecutor(16) as threads:
        waits = list(threads.map(lambda _: limit.wait_s("a"), range(1_000)))
    assert waits.count(0) == AT_ONCE


@pytest.mark.parametrize(
    ("connection", "counted"),
    [
        (None, "127.0.0.1"),
        ("", "127.0.0.1"),
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("a.host.example", "unknown"),
        ("<script>", "unknown"),
    ],
)
def test_what_counts_as_one_address(connection: str | None, counted: str) -> None:
    assert address_of(connection) == counted
