"""A review sent again over SQLite: its idempotency key gives the first result or a conflict."""

from dataclasses import replace

import pytest

from core.bootstrap.services import Services
from core.errors import Conflict, InvalidInput
from core.moderation.permissions import Actor
from core.moderation.policies import Action
from core.services.review import decide_case, undo_decision
from tests.factories import (
    HELD,
    LEAD,
    MODERATOR,
    audit_kinds,
    chain_of,
    decided,
    scored,
)
from tests.integration.reviews import OTHER_MODERATOR, edited, review


def test_replay_gives_the_first_result_and_does_nothing_twice(services: Services) -> None:
    revision = scored(services, HELD)
    pressed = review(revision, Action.REMOVE)
    first = decide_case(services.context, MODERATOR, pressed)
    before = audit_kinds(services, revision)
    assert decide_case(services.context, MODERATOR, pressed) == first
    assert len(chain_of(services, revision)) == 2
    assert audit_kinds(services, revision) == before


def test_replay_after_others_acted_still_gives_the_first_result(services: Services) -> None:
    revision = scored(services, HELD)
    pressed = review(revision, Action.ESCALATE)
    first = decide_case(services.context, MODERATOR, pressed)
    decided(services, revision, Action.REMOVE, actor=LEAD)
    edited(services, revision)
    assert decide_case(services.context, MODERATOR, pressed) == first
    assert len(chain_of(services, revision)) == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "actor"),
    [
        ({"action": Action.ESCALATE, "reason_code": None}, MODERATOR),
        ({"action": Action.APPROVE, "reason_code": None}, MODERATOR),
        ({"reason_code": "threat"}, MODERATOR),
        ({"note": "Another note."}, MODERATOR),
        ({"note": ""}, MODERATOR),
        ({"seen_version": 2}, MODERATOR),
        ({"seen_version": -1}, MODERATOR),
        ({}, OTHER_MODERATOR),
        ({}, LEAD),
    ],
)
def test_key_sent_again_with_anything_else_is_a_conflict_that_says_what_stands(
    services: Services, changes: dict[str, object], actor: Actor
) -> None:
    revision = scored(services, HELD)
    pressed = replace(review(revision, Action.REMOVE), note="A note.")
    first = decide_case(services.context, MODERATOR, pressed)
    before = audit_kinds(services, revision)
    with pytest.raises(Conflict, match=r"mina removed this comment at .* that stands"):
        decide_case(services.context, actor, replace(pressed, **changes))
    assert chain_of(services, revision)[-1] == first
    assert audit_kinds(services, revision) == before
    assert decide_case(services.context, MODERATOR, replace(pressed, note=" A note. ")) == first


def test_key_sent_again_by_another_person_names_the_decision_that_stands_now(
    services: Services,
) -> None:
    revision = scored(services, HELD)
    pressed = review(revision, Action.APPROVE)
    decide_case(services.context, MODERATOR, pressed)
    undo_decision(services.context, MODERATOR, revision.id, seen_version=2)
    with pytest.raises(Conflict, match="mina undid the decision on this comment"):
        decide_case(services.context, LEAD, pressed)
    decided(services, revision, Action.REMOVE, actor=OTHER_MODERATOR)
    with pytest.raises(Conflict, match="removed this comment"):
        decide_case(services.context, LEAD, pressed)


def test_key_of_one_comment_decides_nothing_on_another(services: Services) -> None:
    one, other = scored(services, HELD), scored(services, HELD)
    first = decide_case(services.context, MODERATOR, review(one, Action.REMOVE))
    with pytest.raises(InvalidInput, match="used for another comment"):
        decide_case(services.context, MODERATOR, review(other, Action.REMOVE))
    assert chain_of(services, one)[-1] == first
    assert len(chain_of(services, other)) == 1


def test_note_of_which_nothing_is_seen_is_no_note(services: Services) -> None:
    revision = scored(services, HELD)
    pressed = replace(review(revision, Action.REMOVE), note=" \u200b\u2800 ")
    first = decide_case(services.context, MODERATOR, pressed)
    assert first.note == ""
    assert decide_case(services.context, MODERATOR, replace(pressed, note="")) == first


@pytest.mark.parametrize("key", ["", "k" * 513, "k" * 6_000, "a\0b", "\ud800"])
def test_unusable_key_is_refused_and_nothing_is_decided(services: Services, key: str) -> None:
    revision = scored(services, HELD)
    with pytest.raises(InvalidInput, match="idempotency key"):
        decide_case(services.context, MODERATOR, review(revision, Action.APPROVE, key=key))
    assert len(chain_of(services, revision)) == 1
