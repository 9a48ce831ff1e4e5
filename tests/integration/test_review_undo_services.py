"""Undoing a decision over SQLite: what it restores, and who may."""

import pytest

from core.bootstrap.services import Services
from core.errors import Conflict, NotFound, PermissionDenied, RuleBroken
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus
from core.moderation.comments import Revision
from core.moderation.decisions import Decision
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.services.review import undo_decision
from tests.factories import (
    HELD,
    LEAD,
    MODERATOR,
    REMOVED,
    appealed,
    audit_kinds,
    chain_of,
    decided,
    removed_by_person,
    scored,
)
from tests.integration.reviews import OTHER_MODERATOR, edited, status_of


def undo(services: Services, revision: Revision, actor: Actor = MODERATOR) -> Decision:
    seen = len(chain_of(services, revision))
    return undo_decision(services.context, actor, revision.id, seen_version=seen)


@pytest.mark.parametrize("action", [Action.APPROVE, Action.REMOVE, Action.ESCALATE])
def test_undo_restores_the_hold_and_opens_the_case(services: Services, action: Action) -> None:
    revision = scored(services, HELD)
    taken = decided(services, revision, action)
    decision = undo(services, revision)
    assert (decision.action, decision.undoes, decision.supersedes) == (
        Action.HOLD, taken.id, taken.id,
    )  # fmt: skip
    assert decision.reason_code == chain_of(services, revision)[0].reason_code
    assert status_of(services, revision) is CaseStatus.OPEN
    assert audit_kinds(services, revision)[-1] is AuditKind.DECISION_UNDONE
    decided(services, revision, Action.APPROVE)
    assert len(chain_of(services, revision)) == 4


def test_undone_decision_of_a_lead_leaves_the_case_escalated(services: Services) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.ESCALATE)
    decided(services, revision, Action.APPROVE, actor=LEAD)
    assert undo(services, revision, LEAD).action is Action.ESCALATE
    assert status_of(services, revision) is CaseStatus.ESCALATED


def test_undo_is_refused_to_all_but_the_one_who_decided_last(services: Services) -> None:
    revision = removed_by_person(services)
    for actor in (OTHER_MODERATOR, LEAD):
        with pytest.raises(RuleBroken, match="only your own"):
            undo(services, revision, actor)
    with pytest.raises(PermissionDenied):
        undo(services, revision, Actor("mina", Role.AUDITOR))
    undo(services, revision)
    with pytest.raises(RuleBroken, match="nothing to undo"):
        undo(services, revision)


def test_undo_of_what_moved_on_is_a_conflict(services: Services) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.ESCALATE)
    decided(services, revision, Action.REMOVE, actor=LEAD)
    with pytest.raises(Conflict, match="lena removed this comment"):
        undo_decision(services.context, MODERATOR, revision.id, seen_version=2)


def test_undo_where_nobody_decided_is_not_found(services: Services) -> None:
    for revision_id in (scored(services, HELD).id, scored(services, REMOVED).id, "nothing"):
        with pytest.raises(NotFound, match="nothing to undo"):
            undo_decision(services.context, MODERATOR, revision_id, seen_version=1)


def test_undo_after_the_author_changed_the_text_opens_no_case_on_the_old_one(
    services: Services,
) -> None:
    revision = removed_by_person(services)
    edited(services, revision)
    with pytest.raises(Conflict, match="The author has changed this comment"):
        undo(services, revision)
    assert status_of(services, revision) is CaseStatus.CLOSED


def test_undo_is_refused_once_the_author_has_appealed(services: Services) -> None:
    revision = removed_by_person(services)
    appealed(services, revision)
    with pytest.raises(RuleBroken, match="the appeal decides now"):
        undo(services, revision)
