"""The services of the review queue: pages, counts under each other's filters, and arrivals."""

from datetime import timedelta
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.moderation.cases import CaseStatus, CaseTrigger
from core.moderation.policies import Action
from core.moderation.queue import (
    WITHOUT,
    Count,
    HeldBy,
    QueueFilter,
    QueueOrder,
    ScoreBand,
    filter_to_link,
    link_to_filter,
)
from core.moderation.scores import Label
from core.services import queue_counts
from core.services.queue import CasePage, arrivals, count_facets, list_queue
from core.store.sql import queue as store_queue
from tests.factories import (
    HELD,
    MODERATOR,
    decided,
    make_services,
    scored,
    unscored,
    withdrawn,
)

OPEN = QueueFilter()
CLOSED = QueueFilter(statuses=(CaseStatus.CLOSED,))


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return make_services(tmp_path)


def page(services: Services, after: str | None = None, **options: object) -> CasePage:
    asked = {"queue_filter": OPEN, "limit": 3} | options
    return list_queue(services.context, MODERATOR, after=after, **asked)  # type: ignore[arg-type]


def ids(of: CasePage) -> list[str]:
    return [item.revision_id for item in of.items]


def test_pages_lead_forwards_and_back(services: Services) -> None:
    made = [scored(services, f"{HELD} {number}").id for number in range(8)]
    first = page(services)
    second = page(services, first.next)
    third = page(services, second.next)
    assert [ids(first), ids(second), ids(third)] == [made[:3], made[3:6], made[6:]]
    assert (first.previous, third.next) == (None, None)
    assert [str(each) for each in (second.before, second.after, second.total)] == ["3", "2", "8"]
    assert ids(page(services, third.previous)) == made[3:6]
    assert page(services, second.previous) == first


def test_empty_queue_is_one_empty_page(services: Services) -> None:
    empty = page(services, "no cursor")
    assert (list(empty.items), empty.total) == ([], Count(0))
    assert (empty.previous, empty.next) == (None, None)


def test_page_before_the_second_is_whole_although_cases_left_it(services: Services) -> None:
    made = [scored(services, f"{HELD} {number}") for number in range(7)]
    second = page(services, page(services).next)
    decided(services, made[0], Action.APPROVE)
    back = page(services, second.previous)
    assert ids(back) == [revision.id for revision in made[1:4]]
    assert back.before == Count(0)


def test_place_after_which_all_is_decided_is_the_first_page(services: Services) -> None:
    made = [scored(services, f"{HELD} {number}") for number in range(5)]
    first = page(services)
    for revision in made[3:]:
        decided(services, revision, Action.APPROVE)
    last = page(services, first.next)
    assert ids(last) == ids(first)
    assert (last.previous, last.next) == (None, None)


def test_damaged_or_foreign_cursor_is_the_first_page(services: Services) -> None:
    for number in range(5):
        scored(services, f"{HELD} {number}")
    first = page(services)
    oldest = page(services, order=QueueOrder.OLDEST)
    for cursor in ("", "no cursor", oldest.next):
        assert page(services, cursor) == first
    assert page(services, first.next, order=QueueOrder.OLDEST) == oldest


def test_closed_cases_come_the_last_decided_first(services: Services) -> None:
    first, second, gone = (scored(services, f"{HELD} {number}") for number in range(3))
    for revision in (second, gone, first):
        decided(services, revision, Action.REMOVE)
    withdrawn(services, gone)
    closed = page(services, queue_filter=CLOSED, order=QueueOrder.SCORE)
    assert ids(closed) == [first.id, second.id]
    assert closed.order is QueueOrder.DECIDED
    assert [item.action for item in closed.items] == [Action.REMOVE] * 2


def test_counts_are_each_under_the_other_filters(services: Services) -> None:
    for number in range(3):
        scored(services, f"{HELD} {number}", author="sam" if number else "zoe")
    unscored(services)
    context = services.context
    every = count_facets(context, MODERATOR, OPEN)
    assert every.labels == {Label.INSULT: Count(3), None: Count(1)}
    assert every.triggers == {CaseTrigger.HOLD: Count(3), CaseTrigger.NOT_SCORED: Count(1)}
    assert every.scores == {ScoreBand(0.9, 1.0): Count(3)}
    assert every.sources == {"test": Count(4)}
    assert every.languages == {"en": Count(3), None: Count(1)}
    assert (every.reports, every.held) == ({}, {HeldBy.NOBODY: Count(4)})
    unlabelled = count_facets(context, MODERATOR, QueueFilter(label=WITHOUT, author="sam"))
    assert unlabelled.labels == {Label.INSULT: Count(2), None: Count(1)}
    assert unlabelled.triggers == {CaseTrigger.NOT_SCORED: Count(1)}
    assert unlabelled.scores == {}
    for label, count in every.labels.items():
        asked = QueueFilter(label=WITHOUT if label is None else label)
        assert page(services, queue_filter=asked).total == count


def test_counts_of_very_many_are_lower_bounds(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_queue, "MOST_COUNTED", 4)
    monkeypatch.setattr(store_queue, "MOST_TALLIED", 4)
    monkeypatch.setattr(queue_counts, "MOST_TALLIED", 3)
    for number in range(6):
        scored(services, f"{HELD} {number}")
    unscored(services)
    first = page(services)
    assert [str(first.total), str(first.after)] == ["4+", "1+"]
    assert len(page(services, first.next).items) == 3
    facets = count_facets(services.context, MODERATOR, OPEN)
    # Each value has a count of its own while nothing else is filtered.
    assert {label: str(count) for label, count in facets.labels.items()} == {
        Label.INSULT: "4+",
        None: "1",
    }
    assert str(facets.held[HeldBy.NOBODY]) == "4+"
    narrower = count_facets(services.context, MODERATOR, QueueFilter(source="test"))
    assert not any(count.is_exact for count in narrower.labels.values())
    assert sum(count.number for count in narrower.labels.values()) <= 5


def test_arrivals_are_announced_until_the_next_page(services: Services) -> None:
    context = services.context
    scored(services, HELD)
    mark = page(services).mark
    assert arrivals(context, MODERATOR, OPEN, mark) == Count(0)
    for number in range(2):
        scored(services, f"{HELD} {number}")
    assert arrivals(context, MODERATOR, OPEN, mark) == Count(2)
    assert arrivals(context, MODERATOR, QueueFilter(label=Label.THREAT), mark) == Count(0)
    assert arrivals(context, MODERATOR, OPEN, page(services).mark) == Count(0)
    for damaged in ("", "-1", "x", "9" * 30):
        assert arrivals(context, MODERATOR, OPEN, damaged) == Count(0)


def test_filter_by_age_is_relative_to_now(tmp_path: Path) -> None:
    old = scored(make_services(tmp_path, days_ago=2), HELD)
    services = make_services(tmp_path)
    new = scored(services, HELD)
    day_s = 86_400
    assert ids(page(services, queue_filter=QueueFilter(waiting_s=day_s))) == [old.id]
    since = services.clock.now() - timedelta(days=1)
    recent = QueueFilter(opened_since=since)
    assert ids(page(services, queue_filter=recent)) == [new.id]
    kept, order = link_to_filter(filter_to_link(recent, QueueOrder.OLDEST))
    assert ids(page(services, queue_filter=kept, order=order)) == [new.id]
