"""Every service is called as every role and compared with one table of permissions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.errors import PermissionDenied
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.services import (
    reopen,
    review,
)
from tests.factories import (
    decided,
    make_services,
    removed_by_person,
)
from tests.integration.service_calls import ROLES, TABLE

ROWS = [
    (name, role, may == "y")
    for name, (_, row) in TABLE.items()
    for role, may in zip(ROLES, row, strict=True)
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    home: Path = tmp_path_factory.mktemp("roles")
    made = make_services(home)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("name", "role", "may"),
    ROWS,
    ids=[f"{service}-{what}-{role}" for (service, what), role, _ in ROWS],
)
def test_role_may_call_what_the_table_says(
    site: Services, name: tuple[str, str], role: Role, may: bool
) -> None:
    call, _ = TABLE[name]
    if may:
        call(site, Actor("somebody", role))
        return
    with pytest.raises(PermissionDenied):
        call(site, Actor("somebody", role))


def test_a_refusal_writes_nothing(site: Services) -> None:
    refused = [name for name, role, may in ROWS if role is Role.AUTHOR and not may]
    assert refused == list(TABLE)
    revision = removed_by_person(site)
    with site.context.store.read() as reader:
        before = reader.decision_chain(revision.id), reader.audit_trail(revision.id)
    author = Actor("mina", Role.AUTHOR)
    context = site.context
    for attempt in (
        lambda: reopen.reopen(context, author, revision.id, seen_version=2),
        lambda: review.undo_decision(context, author, revision.id, seen_version=2),
        lambda: review.skip_case(context, author, revision.id),
        lambda: decided(site, revision, Action.APPROVE, actor=author),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    with site.context.store.read() as reader:
        assert (reader.decision_chain(revision.id), reader.audit_trail(revision.id)) == before
