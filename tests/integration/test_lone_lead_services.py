"""A policy that one lead publishes alone: only where the site says so and there is no other."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.errors import PermissionDenied
from core.moderation.people import Person
from core.moderation.permissions import Role
from core.services.policy_desk import load_policy_desk
from core.services.policy_drafts import publish_policy
from tests.factories import LEAD, make_services
from tests.integration.policy_calls import proposed, published
from tests.state_checks import broken_invariants, place_of


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = make_services(tmp_path)
    yield made
    assert broken_invariants(place_of(made.settings)) == {}
    made.close()


@pytest.mark.parametrize(
    ("publishes_alone", "has_other", "may"),
    [(False, False, False), (False, True, False), (True, True, False), (True, False, True)],
)
def test_a_lead_publishes_alone_where_the_site_says_so_and_there_is_no_other(
    services: Services, publishes_alone: bool, has_other: bool, may: bool
) -> None:
    people = [Person(LEAD.id, (Role.LEAD,)), Person("ravi", (Role.LEAD,))]
    staff = tuple(people if has_other else people[:1])
    site = replace(services.context, publishes_alone=publishes_alone, demo_staff=staff)
    draft = proposed(services)
    assert load_policy_desk(site, LEAD).may_publish_alone is may
    act = partial(
        publish_policy, site, LEAD, draft.id, draft.version, untried_reason="Nothing is stored."
    )
    if not may:
        with pytest.raises(PermissionDenied, match="somebody else has to publish it"):
            act()
        return
    assert act().version == 2
    with services.context.store.read() as reader:
        assert reader.audit_trail("2")[0].data["alone"] == "yes"


def test_what_another_published_was_not_published_alone(services: Services) -> None:
    published(services)
    with services.context.store.read() as reader:
        assert "alone" not in reader.audit_trail("2")[0].data
