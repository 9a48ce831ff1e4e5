"""What people decided on texts like the one on screen."""

import pytest

from core.bootstrap.services import Services
from core.errors import NotFound
from core.moderation.policies import Action
from core.services.precedents import find_precedents
from core.services.review import undo_decision
from tests.factories import HELD, LEAD, MODERATOR, decided, removed_by_person, scored, withdrawn
from tests.integration.groups_site import TEXT


def test_nearest_decisions_come_with_verdict_reason_and_person(services: Services) -> None:
    same = removed_by_person(services, TEXT)
    near = scored(services, f"{TEXT} Please!")
    decided(services, near, Action.APPROVE, actor=LEAD)
    removed_by_person(services, HELD)
    asked = scored(services, TEXT.upper())
    found = find_precedents(services.context, MODERATOR, asked.id)
    first, second = found.nearest[:2]
    assert (first.revision_id, first.likeness, first.is_alike) == (same.id, 1.0, True)
    assert (first.action, first.reason_code, first.actor) == (
        Action.REMOVE,
        "harassment",
        "mina",
    )
    assert (second.revision_id, second.text, second.actor) == (near.id, near.text, "lena")
    assert second.action is Action.APPROVE
    assert 0.7 <= second.likeness < 1.0
    assert found.verdicts == {Action.REMOVE: 1, Action.APPROVE: 1}
    assert found.is_counted


def test_same_text_with_the_same_verdict_is_shown_once_and_counted_each_time(
    services: Services,
) -> None:
    for _ in range(4):
        removed_by_person(services, TEXT)
    approved = scored(services, TEXT)
    decided(services, approved, Action.APPROVE)
    asked = scored(services, f"{TEXT} Please!")
    found = find_precedents(services.context, MODERATOR, asked.id)
    assert [past.action for past in found.nearest] == [Action.APPROVE, Action.REMOVE]
    assert found.verdicts == {Action.REMOVE: 4, Action.APPROVE: 1}


def test_similar_texts_are_shown_and_not_counted_as_the_same(services: Services) -> None:
    removed_by_person(services, "You idiot, read the whole article.")
    asked = scored(services, TEXT)
    found = find_precedents(services.context, MODERATOR, asked.id)
    (similar,) = found.nearest
    assert 0.3 <= similar.likeness < 0.7
    assert not similar.is_alike
    assert found.verdicts == {}


def test_own_decision_undone_ones_and_withdrawn_texts_are_no_precedents(
    services: Services,
) -> None:
    asked = removed_by_person(services, TEXT)
    undone = removed_by_person(services, TEXT)
    undo_decision(services.context, MODERATOR, undone.id, seen_version=2)
    withdrawn(services, removed_by_person(services, TEXT))
    scored(services, TEXT)
    found = find_precedents(services.context, MODERATOR, asked.id)
    assert (found.nearest, found.verdicts) == ([], {})


def test_short_texts_have_those_of_the_same_words(services: Services) -> None:
    removed_by_person(services, "idiot!")
    removed_by_person(services, "an idiot")
    asked = scored(services, "Idiot.")
    found = find_precedents(services.context, MODERATOR, asked.id)
    assert [past.text for past in found.nearest] == ["idiot!"]


def test_so_many_that_not_all_are_counted_is_told(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.services.precedents.COUNTED", 2)
    for _ in range(3):
        removed_by_person(services, TEXT)
    found = find_precedents(services.context, MODERATOR, scored(services, TEXT).id)
    assert found.verdicts == {Action.REMOVE: 2}
    assert not found.is_counted


def test_unknown_and_withdrawn_comments_have_none(services: Services) -> None:
    gone = withdrawn(services, scored(services, TEXT))
    for revision_id in (gone.id, "unknown"):
        with pytest.raises(NotFound):
            find_precedents(services.context, MODERATOR, revision_id)
