"""The use cases over SQLite and the fake backend: decide, replay, skip, undo."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied, RuleBroken
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus
from core.moderation.comments import IncomingComment, Revision
from core.moderation.decisions import Decision
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.services.ingest import ingest
from core.services.review import Review, decide_case, skip_case, undo_decision
from tests.factories import (
    HELD,
    LEAD,
    MODERATOR,
    REMOVED,
    appealed,
    audit_kinds,
    chain_of,
    decided,
    make_services,
    posted,
    removed_by_person,
    scored,
)

OTHER_MODERATOR = Actor("otto", Role.MODERATOR)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = make_services(tmp_path)
    yield made
    made.context.store.close()


def review(revision: Revision, action: Action, *, seen: int = 1, key: str = "k") -> Review:
    reason_code = "harassment" if action is Action.REMOVE else None
    return Review(revision.id, seen, action, key, reason_code)


def status_of(services: Services, revision: Revision) -> CaseStatus | None:
    with services.context.store.read() as reader:
        case = reader.case_of(revision.id)
    return case.status if case else None


def edited(services: Services, revision: Revision) -> None:
    with services.context.store.read() as reader:
        known = reader.comment(revision.comment_id)
    assert known is not None
    row = IncomingComment(known.source, known.source_id, "New.", known.author, known.created_at)
    list(ingest(services.context, SYSTEM, [row]))


def undo(services: Services, revision: Revision, actor: Actor = MODERATOR) -> Decision:
    seen = len(chain_of(services, revision))
    return undo_decision(services.context, actor, revision.id, seen_version=seen)


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
        (Role.ADMIN, True, True),
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
    with pytest.raises(Conflict, match="mina put back on hold this comment"):
        decide_case(services.context, LEAD, pressed)
    decided(services, revision, Action.REMOVE, actor=OTHER_MODERATOR)
    with pytest.raises(Conflict, match="removed this comment"):
        decide_case(services.context, LEAD, pressed)


def test_stale_version_of_what_the_model_holds_is_said_to_be_held_not_put_back(
    services: Services,
) -> None:
    stale = replace(review(scored(services, HELD), Action.APPROVE), seen_version=0)
    with pytest.raises(Conflict, match="system held this comment at"):
        decide_case(services.context, MODERATOR, stale)


def test_key_of_one_comment_decides_nothing_on_another(services: Services) -> None:
    one, other = scored(services, HELD), scored(services, HELD)
    first = decide_case(services.context, MODERATOR, review(one, Action.REMOVE))
    with pytest.raises(InvalidInput, match="used for another comment"):
        decide_case(services.context, MODERATOR, review(other, Action.REMOVE))
    assert chain_of(services, one)[-1] == first
    assert len(chain_of(services, other)) == 1


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
