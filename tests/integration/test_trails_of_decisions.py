"""The stored outcome of an appeal and of an undo, and their audit events with decision, action and
appeal."""

import pytest

from core.bootstrap.services import Services
from core.errors import NotFound, RuleBroken
from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.comments import Revision
from core.moderation.policies import Action
from core.services.hearing import hear_appeal
from core.services.review import skip_case, undo_decision
from tests.factories import (
    HELD,
    LEAD,
    MODERATOR,
    appealed,
    chain_of,
    decided,
    heard,
    removed_by_person,
    scored,
)


def last_event(services: Services, revision: Revision, kind: AuditKind) -> AuditEvent:
    with services.context.store.read() as reader:
        return [e for e in reader.audit_trail(revision.id) if e.kind is kind][-1]


@pytest.mark.parametrize("overturn", [False, True])
def test_outcome_of_a_hearing_is_kept_with_its_reason_and_time(
    services: Services, overturn: bool
) -> None:
    revision = removed_by_person(services)
    appeal = appealed(services, revision)
    before = services.clock.now()
    ended = heard(services, appeal, overturn=overturn)
    with services.context.store.read() as reader:
        assert reader.appeal(appeal.id) == ended
    assert ended.outcome_reason
    assert ended.heard_by == LEAD.id
    assert ended.heard_at is not None
    assert before <= ended.heard_at <= services.clock.now()
    kind = AuditKind.APPEAL_OVERTURNED if overturn else AuditKind.APPEAL_UPHELD
    assert last_event(services, revision, kind).data["appeal"] == appeal.id


def test_trail_of_an_overturned_appeal_names_decision_action_and_appeal(services: Services) -> None:
    revision = removed_by_person(services)
    appeal = appealed(services, revision)
    heard(services, appeal, overturn=True)
    restored = chain_of(services, revision)[-1]
    event = last_event(services, revision, AuditKind.DECISION_REVIEWED)
    assert event.actor == LEAD.id
    assert event.data["decision"] == restored.id
    assert event.data["action"] == restored.action == Action.APPROVE
    assert event.data["appeal"] == restored.appeal_id == appeal.id


def test_trail_of_an_undo_names_both_decisions(services: Services) -> None:
    revision = scored(services, HELD)
    approved = decided(services, revision, Action.APPROVE)
    undone = undo_decision(services.context, MODERATOR, revision.id, seen_version=2)
    event = last_event(services, revision, AuditKind.DECISION_UNDONE)
    assert event.data["decision"] == undone.id
    assert event.data["undoes"] == undone.undoes == approved.id


@pytest.mark.parametrize("reason", ["no", "It insults.\x00 somebody here", "x" * 10_000])
def test_an_invalid_reason_for_an_outcome_says_what_is_wrong(
    services: Services, reason: str
) -> None:
    appeal = appealed(services, removed_by_person(services))
    with pytest.raises(RuleBroken, match=r"reason|characters"):
        hear_appeal(services.context, LEAD, appeal.id, overturn=False, reason=reason)


def test_what_is_not_there_is_named(services: Services) -> None:
    with pytest.raises(NotFound, match="appeal"):
        hear_appeal(services.context, LEAD, "none", overturn=False, reason="It insults somebody.")
    with pytest.raises(NotFound, match="case"):
        skip_case(services.context, MODERATOR, "none")
