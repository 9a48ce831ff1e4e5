"""Whether a change is more than noise: known answers, and simulated periods of one machine."""

from collections import Counter
from math import inf

import numpy as np
import pytest

from core.servinglog.comparing.differences import ChangeVerdict, MeasuredFigure, change, difference
from core.servinglog.comparing.figures import Figures, changes
from core.servinglog.comparing.intervals import Estimate
from tests.simulated_calls import Noise, even, heavy_tailed
from tests.simulated_periods import period, slow_queue

PAIRS = 60
CHANGED = (ChangeVerdict.MORE, ChangeVerdict.LESS)


def measured(value: float, reach: float, alone: float | None = None) -> MeasuredFigure:
    alone = reach if alone is None else alone
    return MeasuredFigure(
        Estimate(value, value - reach, value + reach), Estimate(value, value - alone, value + alone)
    )


def test_difference_of_equal_reaches_is_the_root_of_their_squares() -> None:
    found = difference(Estimate(64, 61, 67), Estimate(55, 51, 59))
    assert (found.value, found.low, found.high) == (9, 4, 14)


def test_each_side_takes_the_ends_that_make_it() -> None:
    """Slower at the least: the new one as low and the old one as high as they may be."""
    found = difference(Estimate(10, 7, 10), Estimate(5, 5, 9))
    assert (found.low, found.high) == (0, 5)


def test_an_open_end_leaves_one_side_open() -> None:
    found = difference(Estimate(64, 61, inf), Estimate(55, 51, 59))
    assert (found.low, found.high) == (4, inf)


@pytest.mark.parametrize(
    ("new", "old", "verdict"),
    [
        (measured(64, 3), measured(55, 4), ChangeVerdict.MORE),
        (measured(55, 4), measured(64, 3), ChangeVerdict.LESS),
        (measured(57, 3), measured(55, 4), ChangeVerdict.NOISE),
        (measured(64, 9, 3), measured(55, 4), ChangeVerdict.BURSTS),
        (measured(57, inf), measured(55, 4), ChangeVerdict.UNKNOWN),
        (measured(55, 4), measured(64, inf, 3), ChangeVerdict.BURSTS),
    ],
)
def test_verdicts(new: MeasuredFigure, old: MeasuredFigure, verdict: ChangeVerdict) -> None:
    assert change(new, old).verdict is verdict


def test_slower_is_known_also_where_nobody_knows_how_much() -> None:
    new = MeasuredFigure(Estimate(64, 61, inf), Estimate(64, 61, inf))
    assert change(new, measured(55, 4)).verdict is ChangeVerdict.MORE


def test_figures_that_one_of_them_lacks_are_not_compared() -> None:
    one = measured(5, 1)
    assert list(changes(Figures(p50=one, p95=one), Figures(p50=one))) == ["p50"]


def verdicts(
    noise: Noise, *, times: float = 1.0, count: int = 1500
) -> Counter[tuple[str, ChangeVerdict]]:
    generator = np.random.default_rng(16)
    found: Counter[tuple[str, ChangeVerdict]] = Counter()
    for _ in range(PAIRS):
        new = period(generator, noise, count, times=times, failing=0.01)
        old = period(generator, noise, count, failing=0.01)
        found.update((name, one.verdict) for name, one in changes(new, old).items())
    return found


@pytest.mark.parametrize("noise", [even, heavy_tailed, slow_queue(0.9)])
def test_periods_of_one_machine_give_few_false_alarms(noise: Noise) -> None:
    """Five figures of each of 60 pairs: 3 alarms are what intervals of 99 % allow."""
    found = verdicts(noise)
    assert sum(found.values()) == 5 * PAIRS
    assert sum(number for (_, verdict), number in found.items() if verdict in CHANGED) <= 3


def test_taking_each_call_alone_would_call_every_fourth_pair_changed() -> None:
    """Why neighbours are allowed for: their slow spells look like a change."""
    found = verdicts(slow_queue(0.9))
    assert found["p50", ChangeVerdict.BURSTS] > PAIRS / 4


def test_a_change_of_half_as_much_again_is_found() -> None:
    found = verdicts(slow_queue(0.9), times=1.5, count=3000)
    assert found["p50", ChangeVerdict.MORE] == PAIRS
    assert found["p95", ChangeVerdict.MORE] > 0.8 * PAIRS


def test_a_short_spell_is_no_steady_change_of_the_median() -> None:
    generator = np.random.default_rng(16)
    spell = period(generator, even, 3000, slow_spell=(300, 400))
    found = changes(spell, period(generator, even, 3000))
    assert found["p50"].verdict is ChangeVerdict.BURSTS
