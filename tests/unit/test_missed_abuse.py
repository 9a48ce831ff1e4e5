"""How much abuse is missed: what audits did not find is never taken for what is not there."""

import numpy as np
import pytest

from core.moderation.estimates import FEWEST_JUDGED, MissedAbuse, missed_abuse
from core.moderation.history import KEPT, NOT_JUDGED, REMOVED, History
from tests.unit.test_simulation import history


def audited(judged: int, abusive: int, *, passed: int, held: int) -> MissedAbuse:
    """So many passed comments, some of them drawn and judged; and held ones that were removed."""
    verdicts = [REMOVED] * abusive + [KEPT] * (judged - abusive) + [NOT_JUDGED] * (passed - judged)
    chances = [judged / passed] * judged + [0.0] * (passed - judged)
    return missed_abuse(
        history(
            [0.1] * passed + [0.9] * held,
            verdicts + [REMOVED] * held,
            chances=[*chances, *[0.0] * held],
        )
    )


@pytest.mark.parametrize(
    ("judged", "passed", "held", "low"), [(20, 10_000, 100, 0.06), (100, 10_000, 100, 0.21),
                                          (1_000, 1_000, 100, 0.96)]
)  # fmt: skip
def test_clean_audits_leave_room_for_all_that_was_not_looked_at(judged, passed, held, low) -> None:
    found = audited(judged, 0, passed=passed, held=held)
    assert found.missed is not None
    assert found.found is not None
    assert (found.found.share, found.found.high) == (1.0, 1.0)
    # As many as the audits allow, beside those that are known.
    at_worst = held / (held + found.missed.high * passed)
    assert found.found.low == pytest.approx(at_worst, rel=0.05)
    assert found.found.low == pytest.approx(low, abs=0.01)


def test_what_audits_find_stands_for_all_that_was_let_through() -> None:
    found = audited(100, 10, passed=1_000, held=100)
    assert found.found is not None
    assert found.found.share == pytest.approx(0.5)
    assert 0.3 < found.found.low < 0.5 < found.found.high < 0.7


def test_where_nothing_was_hidden_the_share_is_low() -> None:
    found = audited(1_000, 100, passed=1_000, held=0)
    assert found.found is not None
    assert (found.found.share, found.found.low, found.found.high) == (0.0, 0.0, 0.0)


def test_without_enough_known_abuse_or_audits_it_is_unknown() -> None:
    assert audited(FEWEST_JUDGED - 1, 0, passed=500, held=50).found is None
    assert audited(100, 0, passed=500, held=FEWEST_JUDGED - 1).found is None
    assert audited(FEWEST_JUDGED, 0, passed=500, held=FEWEST_JUDGED).found is not None


def site(seed: int, rate: float) -> tuple[History, float]:
    """10,000 comments of which the model holds 3 % and lets abuse through at that rate; one in a
    hundred of what it lets through is judged. With the true share that it hides."""
    chance = np.random.default_rng(seed)
    scores = np.where(chance.random(10_000) < 0.03, 0.9, 0.1)
    is_passed = scores < 0.5
    is_abuse = chance.random(10_000) < np.where(is_passed, rate, 0.6)
    is_drawn = is_passed & (chance.random(10_000) < 0.01)
    is_judged = is_drawn | ~is_passed
    past = history(
        scores,
        np.where(is_judged, np.where(is_abuse, REMOVED, KEPT), NOT_JUDGED),
        chance.integers(0, 5_000, 10_000),
        chances=np.where(is_drawn, 0.01, 0.0),
    )
    return past, float((is_abuse & ~is_passed).sum() / is_abuse.sum())


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.002, 0.005, 0.01, 0.02, 0.05])
def test_intervals_hold_the_truth_as_often_as_they_say(rate: float) -> None:
    """Also where most audits find nothing. Somewhat oftener where much is known: what was judged
    whole counts as a sample of what people would say, too."""
    hits, widths = [], []
    for seed in range(200):
        past, truth = site(seed, rate)
        found = missed_abuse(past).found
        assert found is not None
        hits.append(found.low <= truth <= found.high)
        widths.append(found.high - found.low)
    assert np.mean(hits) >= 0.91
    assert np.mean(widths) < (0.4 if rate == 0.05 else 0.7), "an interval of everything is none"
