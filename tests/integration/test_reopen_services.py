"""Reopening with the real services: the steps, the stored rows, and replays."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.bootstrap.services import Services
from core.clock import Clock
from core.errors import Conflict, NotFound, PermissionDenied, RuleBroken
from core.moderation.audit import AuditKind
from core.moderation.cases import Case, CaseStatus, CaseTrigger
from core.moderation.comments import Revision, Visibility
from core.moderation.notices import DecidedBy, decided_by
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.services.group_decisions import GroupReview, decide_group
from core.services.lookup import look_up
from core.services.queries import list_undoable, load_case
from core.services.reopen import load_case_reopening, load_reopening, reopen
from core.services.review import skip_case, undo_decision
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    OTHER_LEAD,
    REMOVED,
    appealed,
    audit_kinds,
    chain_of,
    decided,
    heard,
    listed,
    posted,
    removed_by_person,
    reported,
    scored,
)
from tests.integration.reviews import edited
from tests.state_checks import broken_invariants, place_of

OPS = Actor("ola", Role.OPS)
DEMOTED = Actor(LEAD.id, Role.MODERATOR)


def reopened(services: Services, revision: Revision, actor: Actor = MODERATOR) -> None:
    reopen(services.context, actor, revision.id, seen_version=len(chain_of(services, revision)))


def case_of(services: Services, revision: Revision) -> Case:
    with services.context.store.read() as reader:
        case = reader.case_of(revision.id)
    assert case is not None
    return case


def shown(services: Services, revision: Revision) -> Visibility:
    return look_up(services.context, revision.reference).statement.visibility


@pytest.fixture(autouse=True)
def rows_agree(services: Services):
    yield
    assert broken_invariants(place_of(services.settings)) == {}


def test_comment_the_model_approved_is_removed_by_a_person(services: Services) -> None:
    revision = scored(services, CLEAN)
    reopened(services, revision, OPS)
    assert shown(services, revision) is Visibility.HELD
    case = case_of(services, revision)
    assert (case.status, case.trigger, case.label, case.priority) == (
        CaseStatus.OPEN, CaseTrigger.REOPENED, None, 1.0,
    )  # fmt: skip
    assert load_case(services.context, MODERATOR, revision.id).case == case
    decided(services, revision, Action.REMOVE)
    assert shown(services, revision) is Visibility.REMOVED
    statement = look_up(services.context, revision.reference).statement
    assert not statement.found_automatically
    assert decided_by(statement) is DecidedBy.PERSON
    assert audit_kinds(services, revision)[-2:] == [
        AuditKind.DECISION_REOPENED,
        AuditKind.DECISION_REVIEWED,
    ]


def test_comment_the_model_removed_is_restored_by_a_person(services: Services) -> None:
    revision = scored(services, REMOVED)
    with pytest.raises(PermissionDenied, match="may not reopen any decision"):
        reopened(services, revision, MODERATOR)
    reopened(services, revision, LEAD)
    decided(services, revision, Action.APPROVE)
    assert shown(services, revision) is Visibility.VISIBLE


def test_decision_on_an_escalated_case_is_reopened_for_a_lead(services: Services) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.ESCALATE)
    decided(services, revision, Action.REMOVE, actor=LEAD)
    reopened(services, revision, OTHER_LEAD)
    assert case_of(services, revision).status is CaseStatus.ESCALATED
    with pytest.raises(PermissionDenied):
        decided(services, revision, Action.APPROVE)
    decided(services, revision, Action.APPROVE, actor=LEAD)


def test_replayed_reopening_gives_the_first_result_and_another_persons_is_a_conflict(
    services: Services,
) -> None:
    revision = removed_by_person(services)
    first = reopen(services.context, MODERATOR, revision.id, seen_version=2)
    assert reopen(services.context, MODERATOR, revision.id, seen_version=2) == first
    with pytest.raises(Conflict, match="mina put back on hold this comment"):
        reopen(services.context, LEAD, revision.id, seen_version=2)
    assert len(chain_of(services, revision)) == 3


def test_reopening_what_somebody_else_just_decided_names_them(services: Services) -> None:
    revision = removed_by_person(services)
    with pytest.raises(Conflict, match="mina removed this comment"):
        reopen(services.context, LEAD, revision.id, seen_version=1)


def test_an_approved_comment_that_was_reported_already_waits(services: Services) -> None:
    revision = scored(services, CLEAN)
    reported(services, revision)
    with pytest.raises(RuleBroken, match="already waits for a decision"):
        reopened(services, revision, LEAD)


def test_reopening_is_refused_where_there_is_nothing_to_take_up(services: Services) -> None:
    with pytest.raises(NotFound, match="no such comment"):
        reopen(services.context, LEAD, "nothing", seen_version=1)
    for revision in (scored(services, HELD), posted(services, CLEAN)):
        with pytest.raises(RuleBroken):
            reopened(services, revision, LEAD)
    changed = removed_by_person(services)
    edited(services, changed)
    with pytest.raises(Conflict, match="The author has changed"):
        reopened(services, changed, LEAD)


@pytest.mark.parametrize("overturn", [True, False])
def test_outcome_of_an_appeal_is_not_reopened(services: Services, overturn: bool) -> None:
    revision = removed_by_person(services)
    appeal = appealed(services, revision)
    with pytest.raises(RuleBroken, match="the appeal decides now"):
        reopened(services, revision, LEAD)
    heard(services, appeal, overturn=overturn)
    with pytest.raises(RuleBroken, match="its outcome stands"):
        reopened(services, revision, OTHER_LEAD)


def test_reopening_can_be_undone_and_the_case_is_closed_again(services: Services) -> None:
    revision = scored(services, CLEAN)
    reopened(services, revision)
    undo_decision(services.context, MODERATOR, revision.id, seen_version=2)
    assert shown(services, revision) is Visibility.VISIBLE
    assert case_of(services, revision).status is CaseStatus.CLOSED
    assert listed(services) == []


@pytest.mark.parametrize("action", [Action.REMOVE, Action.APPROVE])
def test_demoted_lead_does_not_undo_what_took_a_leads_right(
    services: Services, action: Action
) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.ESCALATE)
    decided(services, revision, action, actor=LEAD)
    with pytest.raises(PermissionDenied, match="may not decide on escalated comments"):
        undo_decision(services.context, DEMOTED, revision.id, seen_version=3)
    if action is Action.REMOVE:
        with pytest.raises(PermissionDenied, match="may not decide on escalated comments"):
            reopened(services, revision, DEMOTED)
    undo_decision(services.context, LEAD, revision.id, seen_version=3)


def test_replayed_undo_gives_the_first_result_and_another_persons_is_a_conflict(
    services: Services,
) -> None:
    revision = removed_by_person(services)
    first = undo_decision(services.context, MODERATOR, revision.id, seen_version=2)
    assert undo_decision(services.context, MODERATOR, revision.id, seen_version=2) == first
    with pytest.raises(Conflict, match="mina undid the decision"):
        undo_decision(services.context, LEAD, revision.id, seen_version=2)
    assert len(chain_of(services, revision)) == 3


def test_skip_says_what_ended_the_case_meanwhile(services: Services) -> None:
    revision = scored(services, HELD)
    assert skip_case(services.context, LEAD, revision.id) is None
    decision = decided(services, revision, Action.REMOVE)
    assert skip_case(services.context, LEAD, revision.id) == decision


def test_look_at_a_reopening_says_why_not(services: Services) -> None:
    removed, visible = scored(services, REMOVED), scored(services, CLEAN)
    look = load_reopening(services.context, MODERATOR, removed.reference)
    assert "may not reopen any decision" in look.refusal
    assert load_reopening(services.context, LEAD, removed.reference).refusal == ""
    assert load_reopening(services.context, MODERATOR, visible.reference).refusal == ""
    waiting = load_reopening(services.context, LEAD, posted(services, CLEAN).reference)
    assert (waiting.decision, waiting.seen_version) == (None, 0)
    assert load_case_reopening(services.context, LEAD, removed.id).decision == look.decision
    with pytest.raises(NotFound):
        load_reopening(services.context, LEAD, "nothing")


def test_own_decisions_of_the_last_day_can_be_undone_after_a_reload(services: Services) -> None:
    first, second, third = (scored(services, HELD) for _ in range(3))
    decided(services, first, Action.APPROVE)
    decided(services, second, Action.REMOVE)
    decided(services, third, Action.APPROVE, actor=LEAD)
    assert undoable(services, MODERATOR) == [(first.id, 2), (second.id, 2)]
    appealed(services, second)
    assert undoable(services, MODERATOR) == [(first.id, 2)]
    undo_decision(services.context, MODERATOR, first.id, seen_version=2)
    assert undoable(services, MODERATOR) == []
    assert undoable(services, LEAD) == [(third.id, 2)]
    later = Clock(lambda: services.clock.now() + timedelta(days=2), services.clock.monotonic)
    assert list_undoable(replace(services.context, clock=later), LEAD) == []


def undoable(services: Services, actor: Actor) -> list[tuple[str, int]]:
    return [(own.revision_id, own.version) for own in list_undoable(services.context, actor)]


def test_escalations_and_reopenings_can_be_undone_after_a_reload_as_well(
    services: Services,
) -> None:
    removed, escalated = scored(services, HELD), scored(services, HELD)
    decided(services, removed, Action.REMOVE)
    reopen(services.context, MODERATOR, removed.id, seen_version=2)
    decided(services, escalated, Action.ESCALATE)
    left = [(removed.id, 2), (removed.id, 3), (escalated.id, 2)]
    while left:
        assert undoable(services, MODERATOR) == left
        revision_id, seen = left.pop()
        undo_decision(services.context, MODERATOR, revision_id, seen_version=seen)
    assert undoable(services, MODERATOR) == []


def test_own_decisions_below_another_persons_can_not_be_undone(services: Services) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.ESCALATE)
    decided(services, revision, Action.REMOVE, actor=LEAD)
    assert undoable(services, MODERATOR) == []
    assert undoable(services, LEAD) == [(revision.id, 3)]
    undo_decision(services.context, LEAD, revision.id, seen_version=3)
    assert undoable(services, MODERATOR) == [(revision.id, 2)], "what stood above it is undone"


def test_a_group_that_can_be_undone_is_known_as_one(services: Services) -> None:
    alone, *group = (scored(services, HELD) for _ in range(3))
    decided(services, alone, Action.APPROVE)
    members = [(each.id, 1) for each in group]
    outcome = decide_group(
        services.context, MODERATOR, GroupReview(members, Action.APPROVE, "press-1")
    )
    known = list_undoable(services.context, MODERATOR)
    assert [own.group for own in known] == ["", outcome.group_id, outcome.group_id]
