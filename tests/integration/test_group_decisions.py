"""Groups of cases are decided together, each by itself, and undone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.bootstrap.services import Services
from core.errors import Conflict, InvalidInput, NotFound, RuleBroken
from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.cases import CaseStatus
from core.moderation.comments import Revision, Visibility
from core.moderation.groups import GROUP_LIMIT
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.services.claims import claim_case
from core.services.group_decisions import (
    GroupOutcome,
    GroupReview,
    decide_group,
    find_decided_group,
    undo_group,
)
from core.services.lookup import look_up
from core.services.reopen import reopen
from core.services.review import undo_decision
from tests.factories import (
    HELD,
    LEAD,
    MODERATOR,
    appealed,
    audit_kinds,
    chain_of,
    decided,
    edited,
    scored,
    withdrawn,
)
from tests.integration.groups_site import posted_again

OTHER = Actor("otto", Role.MODERATOR)


def shown(revisions: list[Revision]) -> list[tuple[str, int]]:
    return [(revision.id, 1) for revision in revisions]


def removal(revisions: list[Revision], key: str = "key-1") -> GroupReview:
    return GroupReview(shown(revisions), Action.REMOVE, key, "harassment", "The same text.")


def remove(services: Services, revisions: list[Revision]) -> GroupOutcome:
    return decide_group(services.context, MODERATOR, removal(revisions))


def trail(services: Services, subject: str) -> list[AuditEvent]:
    with services.context.store.read() as reader:
        return list(reader.audit_trail(subject))


def statuses(services: Services, revisions: list[Revision]) -> list[CaseStatus | None]:
    with services.context.store.read() as reader:
        found = [reader.case_of(revision.id) for revision in revisions]
    return [case.status if case else None for case in found]


def test_members_are_decided_each_by_itself_under_one_event(services: Services) -> None:
    revisions = posted_again(services, 3)
    outcome = remove(services, revisions)
    assert [decision.revision_id for decision in outcome.decisions] == [r.id for r in revisions]
    assert outcome.skipped == []
    assert statuses(services, revisions) == [CaseStatus.CLOSED] * 3
    for revision, decision in zip(revisions, outcome.decisions, strict=True):
        assert chain_of(services, revision)[-1] == decision
        assert (decision.action, decision.actor, decision.note) == (
            Action.REMOVE,
            "mina",
            "The same text.",
        )
        event = trail(services, revision.id)[-1]
        assert event.kind is AuditKind.DECISION_REVIEWED
        assert event.data["group"] == outcome.group_id
        assert event.data["decision"] == decision.id
    (parent,) = trail(services, outcome.group_id)
    assert (parent.id, parent.kind, parent.actor) == (
        outcome.group_id,
        AuditKind.GROUP_DECIDED,
        "mina",
    )
    assert (parent.data["action"], parent.data["count"], parent.data["skipped"]) == (
        "remove",
        "3",
        "0",
    )
    assert parent.data["members"].split(",") == [revision.id for revision in revisions]


def test_what_changed_meanwhile_is_left_out_and_named(services: Services) -> None:
    revisions = posted_again(services, 5)
    decided(services, revisions[0], Action.APPROVE, actor=OTHER)
    edited(services, revisions[1], HELD)
    withdrawn(services, revisions[2])
    decided(services, revisions[3], Action.ESCALATE, actor=OTHER)
    outcome = remove(services, revisions)
    assert [decision.revision_id for decision in outcome.decisions] == [revisions[4].id]
    told = {skipped.author: skipped.why for skipped in outcome.skipped}
    assert list(told) == ["author-0", "author-1", "author-2", "author-3"]
    assert told["author-0"].startswith("otto approved this comment")
    assert "changed this comment" in told["author-1"]
    assert "withdrawn" in told["author-2"]
    assert told["author-3"].startswith("otto escalated this comment")
    assert trail(services, outcome.group_id)[0].data["skipped"] == "4"


def test_escalated_members_are_for_those_who_may_decide_on_them(services: Services) -> None:
    revisions = posted_again(services, 2)
    decided(services, revisions[0], Action.ESCALATE)
    members = [(revisions[0].id, 2), (revisions[1].id, 1)]
    review = GroupReview(members, Action.APPROVE, "key-1")
    outcome = decide_group(services.context, MODERATOR, review)
    assert [skipped.revision_id for skipped in outcome.skipped] == [revisions[0].id]
    assert "you may not" in outcome.skipped[0].why
    review = GroupReview(members[:1], Action.ESCALATE, "key-2")
    assert "escalate" in decide_group(services.context, LEAD, review).skipped[0].why
    review = GroupReview(members[:1], Action.APPROVE, "key-3")
    assert len(decide_group(services.context, LEAD, review).decisions) == 1


def test_members_that_somebody_else_holds_are_left_out(services: Services) -> None:
    revisions = posted_again(services, 2)
    claim_case(services.context, OTHER, revisions[0].id)
    claim_case(services.context, MODERATOR, revisions[1].id)
    outcome = remove(services, revisions)
    assert [decision.revision_id for decision in outcome.decisions] == [revisions[1].id]
    assert "otto" in outcome.skipped[0].why
    with services.context.store.read() as reader:
        assert list(reader.claims([revision.id for revision in revisions])) == [revisions[0].id]


def test_group_within_its_grace_window_is_cancelled(services: Services) -> None:
    revisions = posted_again(services, 2)
    context = replace(services.context, grace=timedelta(seconds=15))
    review = replace(removal(revisions), internal_note="A wave of them.")
    outcome = decide_group(context, MODERATOR, review)
    assert {decision.grace for decision in outcome.decisions} == {timedelta(seconds=15)}
    assert {decision.internal_note for decision in outcome.decisions} == {"A wave of them."}
    assert look_up(context, revisions[0].reference).statement.visibility is Visibility.HELD
    undo_group(context, MODERATOR, outcome.group_id)
    last = trail(services, revisions[0].id)[-1]
    assert (last.data["cancelled"], last.data["group"]) == ("true", outcome.group_id)
    assert statuses(services, revisions) == [CaseStatus.OPEN] * 2


def test_same_request_again_decides_nothing_more(services: Services) -> None:
    revisions = posted_again(services, 3)
    decided(services, revisions[0], Action.APPROVE, actor=OTHER)
    first = remove(services, revisions)
    reopen(services.context, LEAD, revisions[0].id, seen_version=2)
    again = decide_group(services.context, MODERATOR, removal(revisions[::-1]))
    assert again.decisions == first.decisions[::-1]
    assert [skipped.revision_id for skipped in again.skipped] == [revisions[0].id]
    assert len(trail(services, first.group_id)) == 1
    assert [len(chain_of(services, revision)) for revision in revisions] == [3, 2, 2]


def test_a_key_used_for_another_request_is_a_conflict(services: Services) -> None:
    revisions = posted_again(services, 3)
    remove(services, revisions[:2])
    for other in (
        removal(revisions),
        GroupReview(shown(revisions[:2]), Action.APPROVE, "key-1"),
        GroupReview(shown(revisions[:2]), Action.REMOVE, "key-1", "spam", "The same text."),
        GroupReview(shown(revisions[:2]), Action.REMOVE, "key-1", "harassment", "Another note."),
        replace(removal(revisions[:2]), internal_note="A wave of them."),
    ):
        with pytest.raises(Conflict, match="another group"):
            decide_group(services.context, MODERATOR, other)
    with pytest.raises(Conflict, match="another group"):
        decide_group(services.context, OTHER, removal(revisions[:2]))
    assert len(chain_of(services, revisions[2])) == 1


@pytest.mark.parametrize(
    ("review", "error", "words"),
    [
        (GroupReview([], Action.APPROVE, "key"), InvalidInput, "1 to 200"),
        (GroupReview([("r", 1)] * 2, Action.APPROVE, "key"), InvalidInput, "twice"),
        (GroupReview([("r", 1)], Action.APPROVE, ""), InvalidInput, "key"),
    ],
)
def test_faulty_requests_are_refused(
    services: Services, review: GroupReview, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        decide_group(services.context, MODERATOR, review)


def test_what_is_wrong_with_the_decision_itself_decides_nothing(services: Services) -> None:
    revisions = posted_again(services, 2)
    members = shown(revisions)
    with pytest.raises(RuleBroken, match="needs a reason"):
        decide_group(services.context, MODERATOR, GroupReview(members, Action.REMOVE, "key-1"))
    unheard_of = GroupReview(members, Action.REMOVE, "key-1", "unheard-of")
    with pytest.raises(NotFound, match="no reason"):
        decide_group(services.context, MODERATOR, unheard_of)
    too_many = [(str(number), 1) for number in range(GROUP_LIMIT + 1)]
    with pytest.raises(InvalidInput):
        decide_group(services.context, MODERATOR, GroupReview(too_many, Action.APPROVE, "key-1"))
    assert [len(chain_of(services, revision)) for revision in revisions] == [1, 1]
    assert len(remove(services, revisions).decisions) == 2  # the key is still free


def test_unknown_members_are_left_out(services: Services) -> None:
    (revision,) = posted_again(services, 1)
    review = GroupReview([("unknown", 1), (revision.id, 1)], Action.APPROVE, "key-1")
    outcome = decide_group(services.context, MODERATOR, review)
    assert [(skipped.revision_id, skipped.author) for skipped in outcome.skipped] == [
        ("unknown", "")
    ]
    assert len(outcome.decisions) == 1


def test_group_is_undone_as_a_whole(services: Services) -> None:
    revisions = posted_again(services, 3)
    group_id = remove(services, revisions).group_id
    outcome = undo_group(services.context, MODERATOR, group_id)
    assert [decision.action for decision in outcome.decisions] == [Action.HOLD] * 3
    assert statuses(services, revisions) == [CaseStatus.OPEN] * 3
    assert [event.kind for event in trail(services, group_id)] == [
        AuditKind.GROUP_DECIDED,
        AuditKind.GROUP_UNDONE,
    ]
    last = trail(services, revisions[0].id)[-1]
    assert (last.kind, last.data["group"]) == (AuditKind.DECISION_UNDONE, group_id)
    assert undo_group(services.context, MODERATOR, group_id) == outcome
    assert len(trail(services, group_id)) == 2
    assert [len(chain_of(services, revision)) for revision in revisions] == [3, 3, 3]


def test_undo_leaves_out_what_others_decided_or_the_author_appealed(services: Services) -> None:
    revisions = posted_again(services, 4)
    group_id = remove(services, revisions).group_id
    reopen(services.context, LEAD, revisions[0].id, seen_version=2)
    appealed(services, revisions[1])
    undo_decision(services.context, MODERATOR, revisions[2].id, seen_version=2)
    outcome = undo_group(services.context, MODERATOR, group_id)
    assert {decision.revision_id for decision in outcome.decisions} == {
        revisions[2].id,
        revisions[3].id,
    }
    told = {skipped.author: skipped.why for skipped in outcome.skipped}
    assert told["author-0"].startswith("lena put back on hold")
    assert "appealed" in told["author-1"]
    assert audit_kinds(services, revisions[2]).count(AuditKind.DECISION_UNDONE) == 1
    last = trail(services, group_id)[-1]
    assert (last.data["count"], last.data["skipped"]) == ("2", "2")


def test_only_ones_own_group_can_be_undone(services: Services) -> None:
    group_id = remove(services, posted_again(services, 2)).group_id
    with pytest.raises(RuleBroken, match="your own"):
        undo_group(services.context, OTHER, group_id)
    with pytest.raises(NotFound):
        undo_group(services.context, MODERATOR, "unknown")


def test_decision_tells_its_group_after_a_reload(services: Services) -> None:
    revisions = posted_again(services, 2)
    alone = scored(services, HELD)
    decided(services, alone, Action.REMOVE)
    group_id = remove(services, revisions).group_id
    context = services.context
    assert find_decided_group(context, MODERATOR, revisions[1].id) == group_id
    assert find_decided_group(context, MODERATOR, alone.id) is None
    assert find_decided_group(context, MODERATOR, "unknown") is None
    undo_decision(context, MODERATOR, revisions[1].id, seen_version=2)
    assert find_decided_group(context, MODERATOR, revisions[1].id) is None
