"""Groups of cases with nearly the same text: how they are found."""

import pytest

from core.bootstrap.services import Services
from core.errors import NotFound
from core.moderation.cases import CaseStatus
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.services.groups import count_alike, find_group
from core.store.views import AuthorRecord
from tests.factories import (
    HELD,
    MODERATOR,
    decided,
    edited,
    scored,
    withdrawn,
)
from tests.integration.groups_site import TEXT, posted_again


def test_cases_with_the_same_text_are_counted(services: Services) -> None:
    same = [*posted_again(services, 2), scored(services, TEXT.upper())]
    alone = scored(services, HELD)
    near = scored(services, f"{TEXT} Please!")
    ids = [revision.id for revision in (*same, alone, near)]
    assert count_alike(services.context, MODERATOR, ids) == {each.id: 3 for each in same}
    decided(services, same[0], Action.REMOVE)
    assert count_alike(services.context, MODERATOR, ids[:2]) == {each.id: 2 for each in same[:2]}


def test_group_has_each_case_with_its_facts(services: Services) -> None:
    first, second = posted_again(services, 2)
    near = scored(services, f"{TEXT} Please!", author="[deleted]")
    scored(services, HELD)
    group = find_group(services.context, MODERATOR, second.id)
    assert [member.revision_id for member in group.members] == [second.id, first.id, near.id]
    assert [member.is_same for member in group.members] == [True, True, False]
    assert [member.likeness == 1.0 for member in group.members] == [True, True, False]
    assert 0.7 <= group.members[2].likeness < 1.0
    assert (group.total, group.same, group.is_counted) == (3, 2, True)
    member = group.members[1]
    assert (member.text, member.author, member.source) == (TEXT, "author-0", "test")
    assert (member.label, member.score) == (Label.INSULT, 0.95)
    assert (member.seen_version, member.status) == (1, CaseStatus.OPEN)
    assert member.reports == 0
    assert member.record == AuthorRecord(comments=1, removed=0, held=1, overturned=0)
    assert group.members[2].record is None  # a name that many people share


def test_group_is_of_what_waits_now(services: Services) -> None:
    revisions = posted_again(services, 5)
    decided(services, revisions[1], Action.APPROVE)
    edited(services, revisions[2], HELD)
    withdrawn(services, revisions[3])
    decided(services, revisions[4], Action.ESCALATE)
    group = find_group(services.context, MODERATOR, revisions[0].id)
    assert [(member.revision_id, member.status) for member in group.members] == [
        (revisions[0].id, CaseStatus.OPEN),
        (revisions[4].id, CaseStatus.ESCALATED),
    ]
    assert (group.members[1].score, group.members[1].seen_version) == (0.95, 2)
    for gone in revisions[1:4]:
        with pytest.raises(NotFound, match="waits for no decision"):
            find_group(services.context, MODERATOR, gone.id)
    with pytest.raises(NotFound):
        find_group(services.context, MODERATOR, "unknown")


def test_group_shows_some_and_counts_all(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.services.groups.GROUP_LIMIT", 3)
    monkeypatch.setattr("core.services.groups.COMPARED", 2)
    revisions = posted_again(services, 5)
    near = posted_again(services, 3, f"{TEXT} Please!")
    group = find_group(services.context, MODERATOR, revisions[4].id)
    assert [member.revision_id for member in group.members] == [
        revisions[4].id,
        revisions[0].id,
        revisions[1].id,
    ]
    assert (group.same, group.total, group.is_counted) == (5, 7, False)
    assert len(near) == 3
