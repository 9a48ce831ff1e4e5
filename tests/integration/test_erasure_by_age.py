"""Retention: what is old enough and done goes, and nothing else."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.bootstrap.services import Services
from core.errors import NotFound
from core.moderation.erasure import RetentionDays
from core.moderation.outbox import Channel, delivered
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.audit import verify_audit
from core.services.erasure import _erase_still_expired, erase_expired
from core.services.lookup import look_up
from core.services.reopen import reopen
from core.services.transparency import load_transparency
from core.services.work import load_work
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    appealed,
    decided,
    edited,
    heard,
    make_services,
    removed_by_person,
    scored,
)
from tests.moving_clock import MovingClock
from tests.state_checks import broken_invariants, place_of

pytestmark = pytest.mark.slow

DAY_S = 86_400
WEBHOOK = {
    "webhook_url": "https://site.example/hook",
    "webhook_secret": "whsec_" + "A" * 43 + "=",
}


@pytest.fixture
def aged(tmp_path: Path, each_state_url: str) -> Iterator[tuple[Services, MovingClock]]:
    """A site whose clock stands still until it is moved."""
    clock = MovingClock()
    made = make_services(tmp_path, clock=clock.clock, state_url=each_state_url)
    yield made, clock
    made.context.store.close()


def erased_now(site: Services) -> int:
    erased = erase_expired(site.context, SYSTEM, RetentionDays(100))
    return sum(each.comments for each in erased)


def test_only_what_is_done_and_old_enough_goes(aged: tuple[Services, MovingClock]) -> None:
    site, clock = aged
    visible, removed = scored(site, CLEAN, author="a"), removed_by_person(site)
    waiting, escalated = scored(site, HELD, author="b"), scored(site, HELD, author="c")
    decided(site, escalated, Action.ESCALATE)
    appealed_one, looked_at = removed_by_person(site), removed_by_person(site)
    appealed(site, appealed_one)
    appeal = appealed(site, looked_at)
    clock.move(99 * DAY_S)
    again, newer = edited(site, scored(site, CLEAN, author="d"), "Another."), scored(site, CLEAN)
    heard(site, appeal, overturn=False)
    clock.move(2 * DAY_S)
    erased = list(erase_expired(site.context, SYSTEM, RetentionDays(100)))
    assert sum(each.comments for each in erased) == 2
    with site.context.store.read() as reader:
        texts = {
            revision.id: (reader.revision(revision.id) or revision).text
            for revision in (visible, removed, waiting, escalated, appealed_one, looked_at, again)
        }
    assert [texts.pop(revision.id) for revision in (visible, removed)] == ["", ""]
    assert all(texts.values())
    assert list(erase_expired(site.context, SYSTEM, RetentionDays(100))) == []
    assert list(erase_expired(site.context, SYSTEM, RetentionDays(0))) == []
    clock.move(99 * DAY_S)
    assert erased_now(site) == 3
    assert look_up(site.context, waiting.reference).text == HELD
    with pytest.raises(NotFound):
        look_up(site.context, newer.reference)
    assert broken_invariants(place_of(site.settings)) == {}


def test_what_happens_between_the_look_and_the_erasure_saves_a_comment(
    aged: tuple[Services, MovingClock],
) -> None:
    site, clock = aged
    removed, other = removed_by_person(site), removed_by_person(site)
    clock.move(101 * DAY_S)
    since = clock.now - timedelta(days=100)
    with site.context.store.read() as reader:
        found = reader.expired_comments(since, "", 10)
    assert len(found) == 2
    reopen(site.context, LEAD, removed.id, seen_version=2)
    assert _erase_still_expired(site.context, SYSTEM, found, since) == 1
    assert look_up(site.context, removed.reference).text == HELD
    with pytest.raises(NotFound):
        look_up(site.context, other.reference)


def test_a_late_decision_begins_the_time_anew(aged: tuple[Services, MovingClock]) -> None:
    site, clock = aged
    removed = removed_by_person(site)
    clock.move(99 * DAY_S)
    reopen(site.context, LEAD, removed.id, seen_version=2)
    decided(site, removed, Action.APPROVE, actor=LEAD)
    clock.move(2 * DAY_S)
    assert list(erase_expired(site.context, SYSTEM, RetentionDays(100))) == []
    clock.move(99 * DAY_S)
    assert erased_now(site) == 1


def test_a_message_that_waits_keeps_its_comment(tmp_path: Path, each_state_url: str) -> None:
    clock = MovingClock()
    site = make_services(tmp_path, clock=clock.clock, state_url=each_state_url, **WEBHOOK)
    scored(site, CLEAN)
    clock.move(101 * DAY_S)
    assert list(erase_expired(site.context, SYSTEM, RetentionDays(100))) == []
    with site.context.store.write() as tx:
        (waiting,) = tx.claim_messages(
            Channel.WEBHOOK, now=clock.now, until=clock.now + timedelta(minutes=1), limit=9
        )
        assert tx.save_message(delivered(waiting, clock.now))
    assert erased_now(site) == 1
    site.close()


def test_statistics_stay_and_the_chain_stays_whole(aged: tuple[Services, MovingClock]) -> None:
    site, clock = aged
    removed_by_person(site)
    heard(site, appealed(site, removed_by_person(site)), overturn=True)
    scored(site, CLEAN)
    clock.move(101 * DAY_S)
    noted = verify_audit(site.context, SYSTEM).head
    assert noted is not None
    before = figures(site, clock)
    assert erased_now(site) == 3
    assert figures(site, clock) == before
    assert next(iter(before["restrictions"])).value == 4
    assert verify_audit(site.context, SYSTEM, noted.link).is_whole


def figures(site: Services, clock: MovingClock) -> dict[str, Any]:
    since = clock.now - timedelta(days=200)
    report = load_transparency(site.context, SYSTEM, since, clock.now)
    work = load_work(site.context, SYSTEM, since)
    return {each.query.name: each.rows for each in report.figures} | {
        "steps": work.steps,
        "decided": work.people,
    }
