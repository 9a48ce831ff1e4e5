"""Whom a second look comes to, and what sending an answer twice does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.errors import PermissionDenied, RuleBroken
from core.moderation.policies import Action
from core.moderation.second_looks import in_own_order
from core.services.second_looks import answer_look, next_look
from tests.factories import LEAD, appealed, heard, make_services
from tests.integration.quality_calls import NEARLY_ALL, PIA, TOMAS, judged, waiting
from tests.moving_clock import MovingClock
from tests.state_checks import broken_invariants, place_of

pytestmark = pytest.mark.slow

GRACE_S = 15


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def site(tmp_path: Path, clock: MovingClock, each_state_url: str) -> Iterator[Services]:
    made = make_services(
        tmp_path,
        clock=clock.clock,
        state_url=each_state_url,
        grace_s=GRACE_S,
        second_look_share=NEARLY_ALL,
    )
    yield made
    assert broken_invariants(place_of(made.settings)) == {}
    made.close()


def test_an_answer_that_is_sent_again_counts_once(site: Services, clock: MovingClock) -> None:
    look = waiting(site)
    clock.move(GRACE_S)
    done = judged(site, look, Action.APPROVE, note="Satire.")
    clock.move(60)
    assert judged(site, look, Action.APPROVE, note="Satire.") == done
    with pytest.raises((PermissionDenied, RuleBroken)):
        judged(site, look, Action.REMOVE)


def test_whoever_upheld_an_appeal_is_not_asked_about_it(site: Services, clock: MovingClock) -> None:
    look = waiting(site)
    clock.move(GRACE_S)
    with site.context.store.read() as reader:
        revision = reader.revision(look.revision_id)
    assert revision is not None
    heard(site, appealed(site, revision), overturn=False, actor=LEAD)
    assert next_look(site.context, LEAD) is None
    with pytest.raises(PermissionDenied, match="judged this text already"):
        answer_look(site.context, LEAD, look.id, Action.APPROVE)
    assert next_look(site.context, TOMAS) is not None


def test_each_is_asked_in_an_order_of_their_own(site: Services, clock: MovingClock) -> None:
    looks = [waiting(site) for _ in range(20)]
    clock.move(GRACE_S)
    for who in (TOMAS, PIA, LEAD):
        card = next_look(site.context, who)
        assert card is not None
        assert card.look_id == in_own_order(who.id, looks)[0].id
