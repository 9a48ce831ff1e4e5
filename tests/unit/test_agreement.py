"""Agreement of two people: tables worked by hand, what is not defined, weights and intervals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.agreement import FEW_PAIRS, Agreement, AnswerPair, agreement


def pairs(both: int, first: int, second: int, none: int, weight: float = 1) -> list[AnswerPair]:
    said = [(True, True)] * both + [(True, False)] * first
    said += [(False, True)] * second + [(False, False)] * none
    return [AnswerPair(*each, weight) for each in said]


def found(answers: list[AnswerPair]) -> Agreement:
    result = agreement(answers)
    assert result is not None
    return result


def test_a_table_worked_by_hand() -> None:
    """40 and 45 of 100 by two people, 35 by both: chance .4 * .45 + .6 * .55 = .51."""
    result = found(pairs(35, 5, 10, 50))
    assert result.pairs == 100
    assert result.raw.value == pytest.approx(0.85)
    assert result.positive is not None
    assert result.positive.value == pytest.approx(70 / 85)
    assert result.kappa is not None
    assert result.kappa.value == pytest.approx((0.85 - 0.51) / 0.49)
    assert result.ac1.value == pytest.approx((0.85 - 0.48875) / (1 - 0.48875))


def test_where_nearly_all_is_harmless_kappa_falls_and_ac1_does_not() -> None:
    result = found(pairs(5, 5, 5, 85))
    assert result.raw.value == pytest.approx(0.9)
    assert result.kappa is not None
    assert result.kappa.value == pytest.approx(0.4444, abs=1e-4)
    assert result.ac1.value > 0.87


def test_without_pairs_there_is_none() -> None:
    assert agreement([]) is None


def test_what_nobody_found_has_no_positive_agreement() -> None:
    result = found(pairs(0, 0, 0, 20))
    assert (result.positive, result.kappa) == (None, None)
    assert (result.raw.value, result.ac1.value) == (1, 1)


def test_two_who_always_find_something_have_no_kappa() -> None:
    result = found(pairs(20, 0, 0, 0))
    assert result.kappa is None
    assert result.positive is not None
    assert result.positive.value == 1


@pytest.mark.parametrize(("number", "few"), [(FEW_PAIRS - 1, True), (FEW_PAIRS, False)])
def test_a_hundred_pairs_are_enough(number: int, few: bool) -> None:
    assert found(pairs(number, 0, 0, 0)).is_few is few


def test_a_text_drawn_rarely_weighs_more() -> None:
    common, rare = pairs(10, 0, 0, 0), pairs(0, 10, 0, 0, weight=9)
    assert found([*common, *rare]).raw.value == pytest.approx(0.1)


def test_the_same_answers_give_the_same_figures_in_any_order() -> None:
    answers = pairs(12, 3, 4, 40)
    assert found(answers) == found(answers[::-1])


def test_more_pairs_narrow_the_interval() -> None:
    few, many = (found(pairs(*(n * k for n in (8, 2, 2, 28)))) for k in (1, 16))
    assert few.raw.value == many.raw.value
    assert many.raw.high - many.raw.low < (few.raw.high - few.raw.low) / 3
    # The standard error of .9 with 640 texts is .0119.
    assert many.raw.high - many.raw.low == pytest.approx(2 * 1.96 * 0.0119, rel=0.15)


@given(st.tuples(*[st.integers(0, 30)] * 4).filter(lambda table: sum(table) > 0))
def test_each_figure_lies_in_its_interval_and_range(table: tuple[int, int, int, int]) -> None:
    result = found(pairs(*table))
    for figure in (result.raw, result.positive, result.ac1):
        if figure is not None:
            assert -1 <= figure.low <= figure.high <= 1
    assert 0 <= result.raw.low <= result.raw.value <= result.raw.high <= 1


def test_where_nobody_differed_the_interval_still_has_a_low_end() -> None:
    few = agreement(
        [AnswerPair(first=True, second=True), *[AnswerPair(first=False, second=False)] * 2]
    )
    many = agreement(
        [AnswerPair(first=number % 2 == 0, second=number % 2 == 0) for number in range(300)]
    )
    assert few is not None
    assert many is not None
    # Wilson: of 3 texts up to 56 % may differ, of 300 up to 1.3 %.
    assert (few.raw.value, few.raw.high) == (1.0, 1.0)
    assert few.raw.low == pytest.approx(0.4385, abs=1e-3)
    assert many.raw.low == pytest.approx(0.9874, abs=1e-3)
    for found in (few, many):
        assert found.kappa is not None
        assert found.positive is not None
        assert max(found.kappa.low, found.positive.low, found.ac1.low) < 1


def test_removals_that_nobody_shared_may_still_be_shared() -> None:
    """Of 2 texts, one that one of them removes and one that both keep."""
    two, many = found(pairs(0, 1, 0, 1)), found(pairs(0, 40, 40, 920))
    assert two.positive is not None
    assert many.positive is not None
    assert (two.positive.value, two.positive.low) == (0, 0)
    assert two.positive.high > 0.5
    assert 0 < many.positive.high < 0.1
    assert two.raw.value == 0.5
    for figures in (two, found(pairs(1, 1, 0, 0)), found(pairs(1, 0, 1, 0))):
        assert figures.kappa is not None
        assert figures.kappa.low <= figures.kappa.value < figures.kappa.high


def test_where_nobody_agreed_the_interval_still_has_a_high_end() -> None:
    found = agreement([AnswerPair(first=True, second=False)] * 4)
    assert found is not None
    assert (found.raw.value, found.raw.low) == (0.0, 0.0)
    assert found.raw.high == pytest.approx(0.4899, abs=1e-3)
