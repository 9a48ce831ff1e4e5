"""A rate that rises until the objective breaks: which one is next, and where the knee is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.load_test.rising_rate import (
    CLOSE,
    LEAST_RPS,
    LONGEST_S,
    MOST_RPS,
    find_knee,
    length_s,
    next_rate,
)
from tests.load_tests import step

SHARE = 0.99


def tried(*found: tuple[float, bool]) -> list[object]:
    return [step(rate, holds=holds) for rate, holds in found]


@pytest.mark.parametrize(
    ("steps", "following"),
    [
        ((), 10.0),
        (((10, True),), 20.0),
        (((10, True), (20, True)), 40.0),
        (((10, True), (20, False)), 20.0),  # tried once more
        (((10, True), (20, False), (20, False)), 200**0.5),
        (((10, True), (20, False), (20, True)), 40.0),  # one busy second is no limit
        (((10, False),), 10.0),
        (((10, False), (10, False)), 5.0),
        (((10, False), (10, False), (5, True)), 50**0.5),
        (((10, True), (10.9, False), (10.9, False)), None),  # close enough
        (((0.6, False), (0.6, False)), None),  # slower makes no sense
        (((MOST_RPS, True),), None),
    ],
)
def test_next_rate_follows_what_was_found(
    steps: tuple[tuple[float, bool], ...], following: float | None
) -> None:
    found = next_rate(tried(*steps), SHARE, 10.0)  # type: ignore[arg-type]
    assert found == (None if following is None else pytest.approx(following))


@pytest.mark.parametrize(("first", "expected"), [(0.001, LEAST_RPS), (1e9, MOST_RPS)])
def test_first_rate_is_kept_in_bounds(first: float, expected: float) -> None:
    assert next_rate([], SHARE, first) == expected


@given(st.floats(1, 50_000), st.floats(0.6, 20_000))
def test_a_search_ends_close_to_the_limit_of_a_server(limit: float, first: float) -> None:
    steps: list[object] = []
    while (rate := next_rate(steps, SHARE, first)) is not None:  # type: ignore[arg-type]
        steps.append(step(rate, holds=rate <= limit))
        assert len(steps) < 80
    knee = find_knee(steps, SHARE)  # type: ignore[arg-type]
    assert knee.held_rps is not None
    assert knee.broke_rps is not None
    assert knee.held_rps <= limit < knee.broke_rps <= CLOSE * knee.held_rps
    assert knee.step is not None
    assert knee.step.offered_rps == knee.held_rps


@pytest.mark.parametrize(
    ("steps", "held", "broke"),
    [
        ((), None, None),
        (((10, True),), 10, None),
        (((10, False), (10, False)), None, 10),
        (((10, True), (20, False), (20, True), (40, False)), 20, 40),
        (((10, True), (20, False), (40, True)), 10, 20),  # what held above a break is luck
    ],
)
def test_knee_is_the_highest_rate_below_all_that_broke(
    steps: tuple[tuple[float, bool], ...], held: float | None, broke: float | None
) -> None:
    knee = find_knee(tried(*steps), SHARE)  # type: ignore[arg-type]
    assert (knee.held_rps, knee.broke_rps) == (held, broke)


@pytest.mark.parametrize(
    ("requests", "good", "holds"),
    [(100, 99, True), (100, 98, False), (1, 1, True), (0, 0, False)],
)
def test_objective_holds_by_the_share_of_all_requests(
    requests: int, good: int, holds: bool
) -> None:
    # Refused, failed and late ones alike are not good.
    assert step(10.0, requests=requests, good=good).holds(SHARE) is holds


@pytest.mark.parametrize(
    ("rate", "seconds", "expected"),
    [(1000.0, 5.0, 5.0), (10.0, 5.0, 10.0), (1.0, 5.0, LONGEST_S), (1.0, 60.0, 60.0)],
)
def test_a_low_rate_is_offered_for_longer(rate: float, seconds: float, expected: float) -> None:
    assert length_s(rate, seconds) == expected


@pytest.mark.parametrize(("busiest", "expected"), [(4.0, 2.5), (0.0, None)])
def test_headroom_is_the_knee_over_the_busiest_traffic(
    busiest: float, expected: float | None
) -> None:
    assert find_knee(tried((10, True)), SHARE).headroom(busiest) == expected  # type: ignore[arg-type]
