"""Reviewing over SQLite and the fake backend: decide and skip."""

from dataclasses import replace

import pytest

from core.bootstrap.services import Services
from core.errors import Conflict, NotFound, PermissionDenied, RuleBroken
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.services.review import Review, decide_case, skip_case
from tests.factories import (
    HELD,
    MODERATOR,
    REMOVED,
    audit_kinds,
    chain_of,
    decided,
    posted,
    removed_by_person,
    scored,
)
from tests.integration.reviews import OTHER_MODERATOR, edited, review, status_of


@pytest.mark.parametrize(
    ("action", "status"),
    [
        (Action.APPROVE, CaseStatus.CLOSED),
        (Action.REMOVE, CaseStatus.CLOSED),
        (Action.ESCALATE, CaseStatus.ESCALATED),
    ],
)
def test_decision_supersedes_moves_the_case_and_is_recorded(
    services: Services, action: Action, status: CaseStatus
) -> None:
    revision = scored(services, HELD)
    decision = decided(services, revision, action, note="  Be kind.  ")
    held, current = chain_of(services, revision)
    assert current == decision
    assert (current.supersedes, current.actor, current.note) == (held.id, "mina", "Be kind.")
    assert status_of(services, revision) is status
    with services.context.store.read() as reader:
        event = reader.audit_trail(revision.id)[-1]
    assert (event.kind, event.actor) == (AuditKind.DECISION_REVIEWED, "mina")
    assert event.data == {"decision": decision.id, "action": action, "override": "true"}


@pytest.mark.parametrize(
    ("role", "on_open", "on_escalated"),
    [
        (Role.AUTHOR, False, False),
        (Role.MODERATOR, True, False),
        (Role.LEAD, True, True),
        (Role.OPS, False, False),
        (Role.ADMIN, False, False),
        (Role.AUDITOR, False, False),
    ],
)
def test_each_role_decides_on_what_it_may(
    services: Services, role: Role, on_open: bool, on_escalated: bool
) -> None:
    actor = Actor("x", role)
    fresh, escalated = scored(services, HELD), scored(services, HELD)
    decided(services, escalated, Action.ESCALATE)
    for revision, may, length in ((fresh, on_open, 1), (escalated, on_escalated, 2)):
        if may:
            decided(services, revision, Action.APPROVE, actor=actor)
        else:
            with pytest.raises(PermissionDenied):
                decided(services, revision, Action.APPROVE, actor=actor)
        assert len(chain_of(services, revision)) == length + may


def test_who_may_not_decide_learns_nothing_of_who_did(services: Services) -> None:
    revision = removed_by_person(services)
    with pytest.raises(PermissionDenied):
        decided(services, revision, Action.APPROVE, actor=Actor("x", Role.AUTHOR))


def test_slower_of_two_is_told_whose_decision_stands(services: Services) -> None:
    revision = scored(services, HELD)
    first = decided(services, revision, Action.REMOVE)
    late = review(revision, Action.APPROVE)
    with pytest.raises(Conflict) as refusal:
        decide_case(services.context, OTHER_MODERATOR, late)
    when = f"{first.decided_at:%H:%M:%S} UTC"
    assert str(refusal.value) == f"mina removed this comment at {when}; that stands."
    assert chain_of(services, revision)[-1] == first


def test_moderator_whose_case_was_escalated_meanwhile_is_told_so(services: Services) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.ESCALATE)
    with pytest.raises(Conflict, match="mina escalated this comment"):
        decide_case(services.context, OTHER_MODERATOR, review(revision, Action.APPROVE))


def test_decision_on_a_text_the_author_has_changed_is_refused_and_says_so(
    services: Services,
) -> None:
    revision = scored(services, HELD)
    edited(services, revision)
    with pytest.raises(Conflict, match="The author has changed this comment"):
        decided(services, revision, Action.REMOVE)
    assert len(chain_of(services, revision)) == 1


def test_stale_version_of_what_the_model_holds_is_said_to_be_held_not_put_back(
    services: Services,
) -> None:
    stale = replace(review(scored(services, HELD), Action.APPROVE), seen_version=0)
    with pytest.raises(Conflict, match="system held this comment at"):
        decide_case(services.context, MODERATOR, stale)


@pytest.mark.parametrize(
    ("reason_code", "error"),
    [(None, RuleBroken), ("", RuleBroken), ("no such clause", NotFound)],
)
def test_removal_cites_a_clause_of_the_policy(
    services: Services, reason_code: str | None, error: type[Exception]
) -> None:
    revision = scored(services, HELD)
    with pytest.raises(error):
        decided(services, revision, Action.REMOVE, reason_code=reason_code)
    assert len(chain_of(services, revision)) == 1
    assert status_of(services, revision) is CaseStatus.OPEN


def test_hold_cannot_be_decided_by_a_person(services: Services) -> None:
    with pytest.raises(RuleBroken, match="can't take the action hold"):
        decided(services, scored(services, HELD), Action.HOLD)


def test_comment_without_a_case_is_not_decided_on(services: Services) -> None:
    removed = scored(services, REMOVED)
    waiting = posted(services, HELD)
    for revision in (waiting, removed):
        with pytest.raises(NotFound, match="There is no case"):
            decided(services, revision, Action.APPROVE)
    with pytest.raises(NotFound, match="There is no case"):
        decide_case(services.context, MODERATOR, Review("nothing", 1, Action.APPROVE, "k"))


def test_skip_leaves_the_case_to_others_and_a_line_in_the_trail(services: Services) -> None:
    revision = scored(services, HELD)
    skip_case(services.context, MODERATOR, revision.id)
    assert status_of(services, revision) is CaseStatus.OPEN
    assert audit_kinds(services, revision)[-1] is AuditKind.CASE_SKIPPED
    with pytest.raises(NotFound):
        skip_case(services.context, MODERATOR, "nothing")
    with pytest.raises(PermissionDenied):
        skip_case(services.context, Actor("x", Role.AUDITOR), revision.id)
