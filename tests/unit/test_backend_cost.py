"""What 1,000 comments cost, and which backends no other one beats."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.estimates import ShareEstimate
from core.servinglog.costs.backend_cost import BackendCost, LoggedUse, backend_costs
from core.servinglog.costs.prices import Price, PriceUnit
from core.servinglog.costs.wording import amount, cost_summary, price_words
from dashboard.cost.charts import pareto_chart
from dashboard.cost.wording import cost_frame, point_frame

USE = LoggedUse(
    backend="onnx",
    model_version="m1",
    calls=200,
    comments=4_000,
    tokens=90_000,
    token_comments=3_000,
    busy_s=360.0,
    p95_ms=80.0,
    is_realtime=True,
    span_s=86_400.0,
)


def price(unit: PriceUnit, value: float, backend: str = "onnx") -> Price:
    return Price(backend, unit, value, "EUR")


def use(name: str, p95_ms: float | None, model: str = "") -> LoggedUse:
    return replace(USE, backend=name, p95_ms=p95_ms, model_version=model)


def quality(share: float) -> ShareEstimate:
    return ShareEstimate(share, share - 0.05, share + 0.05, 100)


@pytest.mark.parametrize(
    ("unit", "value", "at_full_use", "as_used"),
    [
        (PriceUnit.PER_1000_COMMENTS, 0.5, 0.5, 0.5),
        (PriceUnit.PER_1000_CALLS, 2.0, 0.1, 0.1),
        (PriceUnit.PER_MILLION_TOKENS, 10.0, 0.3, 0.3),  # 30 tokens a comment
        (PriceUnit.PER_HOUR, 0.8, 0.02, 4.8),  # a tenth of an hour for 4,000; a day in all
        (PriceUnit.PER_HOUR, 0.0, 0.0, 0.0),
    ],
)
def test_each_unit_gives_the_cost_of_a_thousand_comments(
    unit: PriceUnit, value: float, at_full_use: float, as_used: float
) -> None:
    (found,) = backend_costs([USE], [price(unit, value)], {})
    assert found.at_full_use == pytest.approx(at_full_use)
    assert found.as_used == pytest.approx(as_used)
    assert found.unknown == ""


@pytest.mark.parametrize(
    ("given_use", "prices", "why"),
    [
        (USE, [], "no price is set"),
        (USE, [price(PriceUnit.PER_HOUR, 1, "tei")], "no price is set"),
        (replace(USE, comments=0), [price(PriceUnit.PER_HOUR, 1)], "it scored no comment"),
        (
            replace(USE, tokens=0, token_comments=0),
            [price(PriceUnit.PER_MILLION_TOKENS, 1)],
            "its answers tell no tokens",
        ),
    ],
)
def test_what_is_not_known_has_a_reason_and_no_cost(
    given_use: LoggedUse, prices: list[Price], why: str
) -> None:
    (found,) = backend_costs([given_use], prices, {})
    assert (found.at_full_use, found.as_used, found.unknown) == (None, None, why)
    assert not found.is_efficient


def costs_of(*points: tuple[str, float, float | None, float | None]) -> dict[str, BackendCost]:
    """By name: cost, p95 and quality of each."""
    found = backend_costs(
        [use(name, p95_ms, model=name) for name, _, p95_ms, _ in points],
        [price(PriceUnit.PER_1000_COMMENTS, cost, name) for name, cost, _, _ in points],
        {name: None if share is None else quality(share) for name, _, _, share in points},
    )
    return {one.use.backend: one for one in found}


def efficient(*points: tuple[str, float, float | None, float | None]) -> set[str]:
    return {name for name, one in costs_of(*points).items() if one.is_efficient}


def test_a_backend_that_is_dearer_and_slower_is_beaten() -> None:
    assert efficient(("a", 1, 50, None), ("b", 2, 60, None), ("c", 3, 10, None)) == {"a", "c"}


def test_quality_saves_a_dear_and_slow_backend_where_both_have_it() -> None:
    assert efficient(("a", 1, 50, 0.8), ("b", 2, 60, 0.9)) == {"a", "b"}
    assert efficient(("a", 1, 50, None), ("b", 2, 60, 0.9)) == {"a"}


def test_equals_do_not_beat_each_other() -> None:
    assert efficient(("a", 1, 50, 0.8), ("b", 1, 50, 0.8)) == {"a", "b"}


def test_a_backend_without_answers_is_in_no_comparison() -> None:
    assert efficient(("a", 1, None, None), ("b", 2, 60, None)) == {"b"}


points = st.lists(
    st.tuples(
        st.sampled_from("abcdefgh"),
        st.integers(0, 4).map(float),
        st.integers(1, 4).map(float),
        st.none() | st.sampled_from([0.6, 0.7, 0.8]),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda one: one[0],
)


@given(points)
def test_something_is_beaten_by_none_and_nothing_of_that_by_another(given_points) -> None:
    every = costs_of(*given_points)
    best = {name for name, one in every.items() if one.is_efficient}
    assert best
    for name, cost, p95_ms, share in given_points:
        if share is None or name not in best:
            continue
        for other, other_cost, other_p95, other_share in given_points:
            if other_share is not None and other != name:
                better = (other_cost, other_p95, -other_share)
                own = (cost, p95_ms, -share)
                assert better == own or any(a > b for a, b in zip(better, own, strict=True))
    assert [one.at_full_use for one in every.values()] == sorted(
        one.at_full_use or 0 for one in every.values()
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        (0.0, "EUR 0.00"),
        (0.0132, "EUR 0.013"),
        (0.00009, "EUR 0.00009"),
        (0.5, "EUR 0.50"),
        (1_234.5, "EUR 1,234.50"),
    ],
)
def test_an_amount_has_the_digits_that_count(value: float | None, words: str) -> None:
    assert amount(value, "EUR") == words


def test_a_price_says_for_what() -> None:
    assert price_words(None) == "–"
    assert price_words(price(PriceUnit.PER_HOUR, 0.09)) == "EUR 0.09 an hour"
    assert price_words(price(PriceUnit.PER_1000_CALLS, 2)) == "EUR 2.00 for 1,000 calls"
    assert price_words(price(PriceUnit.PER_MILLION_TOKENS, 2)) == "EUR 2.00 for a million tokens"


def test_the_summary_names_the_cheapest_and_what_is_beaten() -> None:
    every = list(costs_of(("a", 1, 50, None), ("b", 2, 60, None)).values())
    assert cost_summary(every, "EUR") == (
        "a costs least: EUR 1.00 for 1,000 comments while it is busy. b is beaten by another "
        "backend in all that is known."
    )
    machine = backend_costs([USE], [price(PriceUnit.PER_HOUR, 0.8)], {})
    assert cost_summary(machine, "EUR") == (
        "onnx costs least: EUR 0.02 for 1,000 comments while it is busy, EUR 4.80 as it was used."
    )
    assert cost_summary([], "") == "No live call was logged in this time."
    assert cost_summary(backend_costs([USE], [], {}), "") == (
        "No cost can be told: onnx: no price is set"
    )


def test_rows_and_chart_have_what_is_known() -> None:
    every = backend_costs(
        [use("a", 50, "m"), use("b", None), replace(use("c", 4_000), is_realtime=False)],
        [price(PriceUnit.PER_1000_COMMENTS, 1, name) for name in "ab"],
        {"m": quality(0.9)},
    )
    frame = cost_frame(every, "EUR")
    assert list(frame["busy"]) == ["EUR 1.00", "EUR 1.00", "no price is set"]
    assert list(frame["p95"]) == ["50 ms", "–", "4.0 s, batches"]
    assert list(frame["quality"]) == ["90 % (between 85 % and 95 %)", "–", "–"]
    points_of = point_frame(every)
    assert list(points_of["backend"]) == ["a"]
    assert len(pareto_chart(points_of, "EUR").to_dict()["layer"]) == 3
    assert point_frame([]).empty
