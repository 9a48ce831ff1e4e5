"""A queue of several pages: every case is on one of them, and the total is shown."""

import pytest

from core.bootstrap.services import Services
from core.moderation.cases import CaseStatus
from core.moderation.policies import Action
from core.services import queries
from core.services.queries import list_cases
from tests.factories import MODERATOR, decided, scored


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "QUEUE_LIMIT", 3)


@pytest.mark.usefixtures("small_pages")
def test_every_case_is_on_one_page_and_the_total_is_told(services: Services) -> None:
    held = {scored(services, f"You idiot {number}.").id for number in range(8)}
    pages = [list_cases(services.context, MODERATOR, page=number) for number in (1, 2, 3)]
    listed = [item.revision_id for page in pages for item in page.items]
    assert len(listed) == len(held)
    assert set(listed) == held
    assert [(page.first, page.number, page.pages, page.total) for page in pages] == [
        (1, 1, 3, 8),
        (4, 2, 3, 8),
        (7, 3, 3, 8),
    ]


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize(("asked", "given"), [(0, 1), (-5, 1), (3, 2), (10**9, 2)])
def test_page_that_is_not_there_is_the_nearest_one(
    services: Services, asked: int, given: int
) -> None:
    for number in range(4):
        scored(services, f"You idiot {number}.")
    page = list_cases(services.context, MODERATOR, page=asked)
    assert (page.number, bool(page.items)) == (given, True)


def test_empty_queue_has_one_empty_page(services: Services) -> None:
    page = list_cases(services.context, MODERATOR, page=4)
    assert (page.number, page.pages, page.total, list(page.items)) == (1, 1, 0, [])


def test_decided_cases_come_newest_first(services: Services) -> None:
    revisions = [scored(services, f"You idiot {number}.") for number in range(3)]
    for revision in (revisions[1], revisions[2], revisions[0]):
        decided(services, revision, Action.APPROVE)
    page = list_cases(services.context, MODERATOR, statuses=(CaseStatus.CLOSED,))
    expected = [revisions[0].id, revisions[2].id, revisions[1].id]
    assert [item.revision_id for item in page.items] == expected
