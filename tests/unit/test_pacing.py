"""The client-side limit of calls per minute."""

from hypothesis import given
from hypothesis import strategies as st

from core.inference.resilience.pacing import Pace, Pacer, book


def test_a_burst_goes_at_once_and_the_rest_is_spaced() -> None:
    pacer = Pacer(60.0, burst=3)
    assert [pacer.wait_s(0.0, 100.0) for _ in range(5)] == [0, 0, 0, 1, 2]


def test_rest_earns_no_more_than_one_burst() -> None:
    pacer = Pacer(60.0, burst=2)
    pacer.wait_s(0.0, 100.0)
    assert [pacer.wait_s(1000.0, 100.0) for _ in range(3)] == [0, 0, 1]


def test_wait_that_is_too_long_is_refused_and_books_nothing() -> None:
    pacer = Pacer(6.0, burst=1)
    assert pacer.wait_s(0.0, 5.0) == 0.0
    assert pacer.wait_s(0.0, 5.0) is None
    assert pacer.wait_s(6.0, 5.0) == 4.0


def test_no_limit_never_waits() -> None:
    pacer = Pacer(None, burst=1)
    assert [pacer.wait_s(0.0, 0.0) for _ in range(100)] == [0.0] * 100


@given(
    st.lists(st.floats(0, 30), min_size=1, max_size=60),
    st.floats(1, 600),
    st.integers(1, 8),
)
def test_no_minute_has_more_calls_than_its_rate_and_one_burst(
    gaps: list[float], per_minute: float, burst: int
) -> None:
    now, pace, sent = 0.0, Pace(), []
    for gap in gaps:
        now += gap
        wait_s, pace = book(pace, now, per_minute=per_minute, burst=burst, longest_s=1e9)
        assert wait_s is not None
        sent.append(now + wait_s)
    for start in sent:
        within = sum(start <= moment < start + 60 for moment in sent)
        assert within <= per_minute + burst + 1
