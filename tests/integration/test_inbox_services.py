"""What a lead looks at first: the same cases as the queue lists behind each link."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.moderation.inbox import InboxKind, inbox_filter
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.moderation.queue import QueueOrder
from core.services.queue import list_queue
from core.services.reopen import reopen
from core.services.work import load_work
from tests.factories import HELD, LEAD, OTHER_LEAD, decided, make_services, scored
from tests.moving_clock import MovingClock

HOUR_S, DAY_S = 3_600, 86_400


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def site(tmp_path: Path, clock: MovingClock, each_state_url: str) -> Iterator[Services]:
    """On each kind of database."""
    opened = make_services(tmp_path, clock=clock.clock, state_url=each_state_url)
    yield opened
    opened.close()


def in_inbox(site: Services) -> dict[InboxKind, tuple[int, timedelta | None]]:
    """By why: how many, and how long ago the oldest was opened; each as the queue lists them."""
    found = load_work(site.context, SYSTEM, site.clock.now() - timedelta(days=7))
    for item in found.inbox:
        wanted = inbox_filter(item.kind, found.review_hours)
        page = list_queue(site.context, LEAD, wanted, QueueOrder.OLDEST)
        assert page.total == item.count
    return {
        item.kind: (item.count.number, item.oldest_at and found.until - item.oldest_at)
        for item in found.inbox
    }


def test_the_inbox_has_what_was_escalated_reopened_or_waits_too_long(
    site: Services, clock: MovingClock
) -> None:
    nothing = dict.fromkeys(InboxKind, (0, None))
    assert in_inbox(site) == nothing
    up, again, waits = (scored(site, f"{HELD} {name}") for name in ("up", "again", "waits"))
    decided(site, up, Action.ESCALATE)
    decided(site, again, Action.APPROVE)
    clock.move(HOUR_S)
    assert in_inbox(site) == nothing | {InboxKind.ESCALATED: (1, timedelta(hours=1))}
    reopen(site.context, LEAD, again.id, seen_version=2)
    clock.move(DAY_S - HOUR_S)
    assert in_inbox(site)[InboxKind.OVERDUE][0] == 2
    clock.move(HOUR_S)
    found = in_inbox(site)
    assert found[InboxKind.OVERDUE] == (3, timedelta(days=1, hours=1))
    assert found[InboxKind.REOPENED] == (1, timedelta(days=1))
    for revision in (up, again, waits):
        decided(site, revision, Action.REMOVE, actor=OTHER_LEAD)
    assert in_inbox(site) == nothing
