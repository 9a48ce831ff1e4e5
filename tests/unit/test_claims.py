"""Claims on cases: who may take one, and how long it lasts."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.errors import Conflict
from core.moderation.claims import (
    LEASE,
    Claim,
    check_not_held,
    held_by_other,
    is_held,
    taken_claim,
)
from tests.moving_clock import START

CLAIM = Claim("r", "mina", START, START + LEASE)
IN_TIME = START + LEASE - timedelta(microseconds=1)
TOO_LATE = START + LEASE


@pytest.mark.parametrize(
    ("claim", "now", "held", "by_another"),
    [
        (None, START, False, False),
        (CLAIM, START, True, True),
        (CLAIM, IN_TIME, True, True),
        (CLAIM, TOO_LATE, False, False),
        (replace(CLAIM, actor="otto"), START, True, False),
        (replace(CLAIM, actor="otto"), TOO_LATE, False, False),
    ],
)
def test_a_claim_holds_until_it_runs_out(
    claim: Claim | None, now: datetime, held: bool, by_another: bool
) -> None:
    assert is_held(claim, now) is held
    assert held_by_other(claim, "otto", now) is by_another
    if not by_another:
        check_not_held(claim, "otto", now)
        return
    with pytest.raises(Conflict, match="mina has held this case since 12:00:00 UTC"):
        check_not_held(claim, "otto", now)


@pytest.mark.parametrize(
    ("before", "now", "since"),
    [
        (None, IN_TIME, IN_TIME),
        (CLAIM, IN_TIME, START),  # renewed: it was theirs all the time
        (CLAIM, TOO_LATE, TOO_LATE),  # anybody might have had it meanwhile
        (replace(CLAIM, actor="otto"), TOO_LATE, TOO_LATE),
    ],
)
def test_taking_starts_or_renews_a_lease(
    before: Claim | None, now: datetime, since: datetime
) -> None:
    assert taken_claim(before, "r", "mina", now) == Claim("r", "mina", since, now + LEASE)
