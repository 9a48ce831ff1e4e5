"""Every page opens, in an empty home and with a comment that waits: what `make test-fast` asks of a
page. The other files here try each of them with every role."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.permissions import Actor, Permission, can
from dashboard.app import PAGES
from tests.factories import HELD, scored
from tests.staff import DEMO_STAFF

Open = Callable[..., AppTest]
FOLDERS = [page[1] for page in PAGES]
NEEDED = {page[1]: page[4] for page in PAGES}


def those_who(needed: Permission) -> list[Actor]:
    return [actor for actor in DEMO_STAFF if can(actor, needed)]


@pytest.mark.parametrize("folder", FOLDERS)
def test_page_opens_in_an_empty_home(staff_page: Open, folder: str) -> None:
    test = staff_page(folder, those_who(NEEDED[folder])[0])
    assert not test.exception
    assert len(test.main)


@pytest.mark.parametrize("folder", FOLDERS)
def test_page_opens_with_a_comment_that_waits(
    services: Services, staff_page: Open, folder: str
) -> None:
    scored(services, HELD)
    test = staff_page(folder, those_who(NEEDED[folder])[-1])
    assert not test.exception
    assert len(test.main)
