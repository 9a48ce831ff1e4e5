"""Disagreements by real services: listed with both answers, settled by a third person."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.errors import NotFound, PermissionDenied, RuleBroken
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus
from core.moderation.comments import Revision
from core.moderation.decisions import Decision
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.second_looks import LookState
from core.services.disagreements import (
    list_disagreements,
    settle,
)
from core.services.lookup import look_up
from core.services.reopen import reopen
from core.services.review import undo_decision
from core.services.second_looks import list_own_settled
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    appealed,
    decided,
    edited,
    heard,
    make_services,
    reported,
    withdrawn,
)
from tests.integration.quality_calls import (
    NEARLY_ALL,
    PIA,
    TOMAS,
    WHY,
    agreed,
    at_once,
    differing,
    judged,
    look_of,
    waiting,
)
from tests.state_checks import broken_invariants, place_of

pytestmark = pytest.mark.slow

RAVI = Actor("ravi", Role.MODERATOR)


@pytest.fixture
def site(tmp_path: Path, each_state_url: str) -> Iterator[Services]:
    made = make_services(tmp_path, state_url=each_state_url, second_look_share=NEARLY_ALL)
    yield made
    assert broken_invariants(place_of(made.settings)) == {}
    made.close()


def chain(site: Services, revision_id: str) -> list[Decision]:
    with site.context.store.read() as reader:
        return list(reader.decision_chain(revision_id))


def revision_of(site: Services, revision_id: str) -> Revision:
    with site.context.store.read() as reader:
        found = reader.revision(revision_id)
    assert found is not None
    return found


def test_the_inbox_has_both_answers_with_reasons_and_notes(site: Services) -> None:
    look = differing(site)
    agreed(site)
    inbox = list_disagreements(site.context, PIA)
    assert inbox.waiting == 1
    (found,) = inbox.items
    assert (found.item.look, found.refusal, found.is_standing) == (look, "", True)
    assert found.item.text.startswith(HELD)
    second = found.item.look.second
    assert second is not None
    assert (second.actor, second.action, second.note) == (
        "tomas",
        Action.APPROVE,
        "Satire, I think.",
    )
    assert found.item.look.first.reason_code == "harassment"
    (read,) = list_disagreements(site.context, Actor("una", Role.AUDITOR)).items
    assert read.refusal == "As auditor you may not settle disagreements."


def test_settling_against_the_decision_is_a_new_one_naming_the_old(site: Services) -> None:
    look = differing(site)
    made = settle(
        site.context, PIA, look.id, Action.APPROVE, because=WHY, note="We have looked again."
    )
    assert made is not None
    *_, old, reopening, new = chain(site, look.revision_id)
    assert (old.id, reopening.supersedes, new.supersedes) == (
        look.decision_id,
        look.decision_id,
        reopening.id,
    )
    assert (reopening.action, new) == (Action.HOLD, made)
    assert (new.action, new.actor, new.note) == (Action.APPROVE, "pia", "We have looked again.")
    ended = look_of(site, look.revision_id)
    assert (ended.state, ended.settled and ended.settled.note) == (LookState.SETTLED, WHY)
    with site.context.store.read() as reader:
        case = reader.case_of(look.revision_id)
        trail = reader.audit_trail(look.revision_id)[-3:]
    assert case is not None
    assert case.status is CaseStatus.CLOSED
    assert [event.kind for event in trail] == [
        AuditKind.DISAGREEMENT_SETTLED,
        AuditKind.DECISION_REOPENED,
        AuditKind.DECISION_REVIEWED,
    ]
    assert trail[0].data == {"look": look.id, "action": "approve", "changes": "true"}
    assert trail[-1].data["reopens"] == look.decision_id
    assert WHY not in repr(trail)
    notice = look_up(site.context, revision_of(site, look.revision_id).reference)
    assert "We have looked again." in repr(notice)
    assert list_disagreements(site.context, PIA).items == []


def test_both_read_why_without_the_name_of_the_other(site: Services) -> None:
    look = differing(site)
    assert list_own_settled(site.context, TOMAS) == []
    settle(site.context, PIA, look.id, Action.REMOVE, "threat", because=WHY)
    (told,) = list_own_settled(site.context, TOMAS)
    assert (told.look_id, told.own.action) == (look.id, Action.APPROVE)
    assert (told.found.actor, told.found.action, told.found.note) == ("pia", Action.REMOVE, WHY)
    assert "mina" not in repr(told)
    (told,) = list_own_settled(site.context, MODERATOR)
    assert told.own.action is Action.REMOVE
    assert list_own_settled(site.context, PIA) == []


def test_settling_for_the_decision_changes_nothing(site: Services) -> None:
    look = differing(site)
    before = chain(site, look.revision_id)
    assert settle(site.context, PIA, look.id, Action.REMOVE, "threat", because=WHY) is None
    assert chain(site, look.revision_id) == before


def test_an_approval_can_be_settled_as_a_removal(site: Services) -> None:
    look = judged(site, waiting(site, Action.APPROVE), Action.REMOVE)
    made = settle(site.context, PIA, look.id, Action.REMOVE, "threat", because=WHY)
    assert made is not None
    assert (made.action, made.reason_code) == (Action.REMOVE, "threat")


def test_the_new_decision_can_be_appealed_and_undone(site: Services) -> None:
    look = judged(site, waiting(site, Action.APPROVE), Action.REMOVE)
    settle(site.context, PIA, look.id, Action.REMOVE, "threat", because=WHY)
    heard(site, appealed(site, revision_of(site, look.revision_id)), overturn=True)
    other = differing(site)
    settle(site.context, PIA, other.id, Action.APPROVE, because=WHY)
    undo_decision(site.context, PIA, other.revision_id, seen_version=4)
    with site.context.store.read() as reader:
        case = reader.case_of(other.revision_id)
    assert case is not None
    assert case.status is CaseStatus.OPEN


@pytest.mark.parametrize("what", ["appeal", "edit", "other decision", "open case"])
def test_what_is_decided_elsewhere_is_only_noted(site: Services, what: str) -> None:
    if what == "appeal":
        look = differing(site)
    else:
        look = judged(site, waiting(site, Action.APPROVE), Action.REMOVE)
    revision = revision_of(site, look.revision_id)
    if what == "appeal":
        appealed(site, revision)
    if what == "edit":
        edited(site, revision, CLEAN)
    if what == "other decision":
        reopen(site.context, LEAD, revision.id, seen_version=2)
        decided(site, revision, Action.APPROVE, actor=LEAD)
    if what == "open case":
        reported(site, revision)
    (shown,) = list_disagreements(site.context, PIA).items
    assert not shown.is_standing
    before = chain(site, revision.id)
    opposite = Action.APPROVE if look.first.action is Action.REMOVE else Action.REMOVE
    reason = "threat" if opposite is Action.REMOVE else None
    assert settle(site.context, PIA, look.id, opposite, reason, because=WHY) is None
    assert chain(site, revision.id) == before
    assert look_of(site, revision.id).state is LookState.SETTLED


def test_a_withdrawn_text_is_not_shown(site: Services) -> None:
    look = differing(site)
    withdrawn(site, revision_of(site, look.revision_id))
    inbox = list_disagreements(site.context, PIA)
    assert (inbox.items, inbox.waiting) == ([], 0)


def test_who_may_settle(site: Services) -> None:
    by_lead = judged(site, waiting(site, actor=LEAD), Action.APPROVE)
    shown = {each.item.look.id: each for each in list_disagreements(site.context, LEAD).items}
    assert "judged this text already" in shown[by_lead.id].refusal
    with pytest.raises(PermissionDenied, match="already"):
        settle(site.context, LEAD, by_lead.id, Action.APPROVE, because=WHY)
    with pytest.raises(PermissionDenied, match="moderator"):
        settle(site.context, MODERATOR, by_lead.id, Action.APPROVE, because=WHY)
    for wrong in ("", "   ", "\u200b" * 20, "short"):
        with pytest.raises(RuleBroken, match="in a sentence"):
            settle(site.context, PIA, by_lead.id, Action.APPROVE, because=wrong)
    with pytest.raises(NotFound, match="second look"):
        settle(site.context, PIA, "none", Action.APPROVE, because=WHY)
    with pytest.raises(NotFound, match="no reason"):
        settle(site.context, PIA, by_lead.id, Action.REMOVE, "nonsense", because=WHY)
    assert look_of(site, by_lead.revision_id) == by_lead


def test_a_refused_note_to_the_author_writes_nothing(site: Services) -> None:
    look = differing(site)
    before = chain(site, look.revision_id)
    with pytest.raises(RuleBroken, match="2,000"):
        settle(site.context, PIA, look.id, Action.APPROVE, because=WHY, note="x" * 2_001)
    assert (look_of(site, look.revision_id), chain(site, look.revision_id)) == (look, before)


def test_of_two_who_settle_at_once_one_counts(site: Services) -> None:
    for _ in range(5):
        look = differing(site)
        refused = at_once(
            lambda name=look.id: settle(site.context, PIA, name, Action.APPROVE, because=WHY),
            lambda name=look.id: settle(site.context, LEAD, name, Action.APPROVE, because=WHY),
        )
        assert len(refused) == 1
        assert len(chain(site, look.revision_id)) == 4


def test_a_lead_may_take_part_like_anybody(site: Services) -> None:
    look = judged(site, waiting(site), Action.APPROVE, actor=PIA)
    with pytest.raises(PermissionDenied):
        settle(site.context, PIA, look.id, Action.APPROVE, because=WHY)
    assert settle(site.context, LEAD, look.id, Action.APPROVE, because=WHY) is not None
