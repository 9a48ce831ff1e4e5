"""The use cases over SQLite and the fake backend: appeal, look up, list."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.clock import Clock
from core.errors import InvalidInput, NotFound, PermissionDenied, RuleBroken
from core.identifiers import new_reference
from core.moderation.appeals import Appeal, AppealStatus
from core.moderation.audit import AuditKind
from core.moderation.comments import Revision, Visibility
from core.moderation.notices import AppealStage, appeal_stage
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.queue import QueueFilter
from core.moderation.scores import Label
from core.services import hearing, queries
from core.services.appeal import file_appeal
from core.services.context import Context
from core.services.lookup import UNKNOWN_REFERENCE, look_up
from core.services.queue import list_queue
from tests.factories import (
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
    make_services,
    posted,
    removed_by_person,
    scored,
    unscored,
)
from tests.integration.test_policy_services import published

REASON = "It insults a person directly."


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = make_services(tmp_path)
    yield made
    made.context.store.close()


def test_appeal_is_filed_once_on_a_standing_removal(services: Services) -> None:
    revision = removed_by_person(services)
    appeal = appealed(services, revision, "  It was a quotation.  ")
    assert (appeal.words, appeal.status) == ("It was a quotation.", AppealStatus.PENDING)
    assert appeal.decision_id == chain_of(services, revision)[-1].id
    assert audit_kinds(services, revision)[-1] is AuditKind.APPEAL_FILED
    with pytest.raises(RuleBroken, match="appealed already"):
        appealed(services, revision)


@pytest.mark.parametrize("make", [lambda s: posted(s, HELD), lambda s: scored(s, HELD), unscored])
def test_what_is_no_removal_is_not_appealed(
    services: Services, make: Callable[[Services], Revision]
) -> None:
    with pytest.raises(RuleBroken, match="only a removal"):
        appealed(services, make(services))


def test_appeal_after_the_window_is_refused(services: Services) -> None:
    revision = scored(services, REMOVED)
    late = Clock(lambda: datetime.now(UTC) + timedelta(days=185), services.clock.monotonic)
    context = Context(services.context.store, late, services.context.appeal_window_days)
    with pytest.raises(RuleBroken, match="is over"):
        file_appeal(context, revision.reference, "Too late, I know.")
    assert appeal_stage(look_up(context, revision.reference).statement) is AppealStage.OVER


def test_appeal_needs_words_and_a_reference_that_exists(services: Services) -> None:
    revision = scored(services, REMOVED)
    with pytest.raises(InvalidInput):
        appealed(services, revision, "  ")
    with pytest.raises(NotFound, match="There is no such reference"):
        file_appeal(services.context, new_reference(), "It was a quotation.")


@pytest.mark.parametrize("make", [removed_by_person, lambda s: scored(s, REMOVED)])
@pytest.mark.parametrize("overturn", [True, False])
def test_outcome_of_an_appeal_stands_and_the_author_reads_it(
    services: Services, make: Callable[[Services], Revision], overturn: bool
) -> None:
    revision = make(services)
    removal = chain_of(services, revision)[-1]
    appeal = heard(services, appealed(services, revision), overturn=overturn)
    current = chain_of(services, revision)[-1]
    kinds = audit_kinds(services, revision)
    statement = look_up(services.context, revision.reference).statement
    assert statement.appeal == appeal
    assert appeal.heard_by == "lena"
    if overturn:
        assert appeal.status is AppealStatus.OVERTURNED
        assert (current.action, current.appeal_id) == (Action.APPROVE, appeal.id)
        assert current.supersedes == removal.id
        assert kinds[-2:] == [AuditKind.APPEAL_OVERTURNED, AuditKind.DECISION_REVIEWED]
        assert statement.visibility is Visibility.VISIBLE
    else:
        assert appeal.status is AppealStatus.UPHELD
        assert current == removal
        assert kinds[-1] is AuditKind.APPEAL_UPHELD
        assert statement.visibility is Visibility.REMOVED
    with pytest.raises(RuleBroken):
        appealed(services, revision)


def test_who_decided_does_not_hear_the_appeal_whatever_the_role(services: Services) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.ESCALATE)
    decided(services, revision, Action.REMOVE, actor=LEAD)
    appeal = appealed(services, revision)
    barred = (LEAD, Actor("mina", Role.LEAD))
    for actor in barred:
        with pytest.raises(PermissionDenied, match="somebody else must hear it"):
            heard(services, appeal, overturn=True, actor=actor)
        refusal = hearing.load_hearing(services.context, actor, appeal.id).refusal
        assert "somebody else must hear it" in refusal
    assert hearing.load_hearing(services.context, OTHER_LEAD, appeal.id).refusal == ""
    assert heard(services, appeal, overturn=True, actor=OTHER_LEAD).heard_by == "ravi"


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.MODERATOR, Role.OPS, Role.AUDITOR, Role.ADMIN])
def test_only_leads_hear_appeals(services: Services, role: Role) -> None:
    appeal = appealed(services, removed_by_person(services))
    with pytest.raises(PermissionDenied):
        heard(services, appeal, overturn=True, actor=Actor("x", role))


def test_appeal_is_heard_once_with_a_reason(services: Services) -> None:
    appeal = appealed(services, removed_by_person(services))
    with pytest.raises(RuleBroken, match="at least one sentence"):
        hearing.hear_appeal(services.context, LEAD, appeal.id, overturn=True, reason="no")
    with pytest.raises(NotFound):
        hearing.hear_appeal(services.context, LEAD, "nothing", overturn=True, reason=REASON)
    heard(services, appeal, overturn=False)
    with pytest.raises(RuleBroken, match="was upheld by lena"):
        heard(services, appeal, overturn=True, actor=OTHER_LEAD)


def test_lookup_tells_the_authors_own_text_and_names_nobody(services: Services) -> None:
    revision = removed_by_person(services, HELD, note="Be kind.")
    answer = look_up(services.context, revision.reference.lower().replace("-", " "))
    assert (answer.reference, answer.text) == (revision.reference, HELD)
    assert answer.statement.note == "Be kind."
    assert "mina" not in repr(answer)


@pytest.mark.parametrize(
    "typed",
    ["", "nonsense", pytest.param(new_reference(), id="unknown"), "%" * 26, "A" * 10_000],
)
def test_unknown_and_malformed_references_answer_alike(services: Services, typed: str) -> None:
    scored(services, REMOVED)
    with pytest.raises(NotFound) as refusal:
        look_up(services.context, typed)
    assert str(refusal.value) == UNKNOWN_REFERENCE


def test_case_is_shown_with_what_a_reviewer_needs(services: Services) -> None:
    revision = scored(services, HELD)
    scored(services, REMOVED)
    view = queries.load_case(services.context, MODERATOR, revision.id)
    assert view.revision.id == revision.id
    assert view.automated.action is Action.HOLD
    assert view.policy == view.current_policy
    assert (view.author.comments, view.author.held, view.author.removed) == (2, 1, 1)
    with pytest.raises(NotFound):
        queries.load_case(services.context, MODERATOR, "nothing")


def test_lists_show_what_waits_to_those_who_may_see_it(services: Services) -> None:
    held = scored(services, HELD)
    removed = removed_by_person(services)
    appeal = appealed(services, removed)
    context = services.context
    reads: list[Callable[[Actor], object]] = [
        lambda who: [line.revision_id for line in listed(services, actor=who)],
        lambda who: list_queue(context, who, QueueFilter(label=Label.THREAT)).items,
        lambda who: queries.count_queue(context, who).open,
        lambda who: queries.load_case(context, who, held.id).revision.id,
        lambda who: list(hearing.list_appeals(context, who, pending=True)),
        lambda who: hearing.load_hearing(context, who, appeal.id).appeal,
    ]
    told = [read(MODERATOR) for read in reads]
    assert told == [[held.id], [], 1, held.id, [appeal], appeal]
    for role in (Role.AUTHOR, Role.OPS):
        for read in reads:
            with pytest.raises(PermissionDenied):
                read(Actor("x", role))


def test_a_list_of_appeals_has_an_end(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        appealed(services, removed_by_person(services, f"{HELD} {number}"))
    monkeypatch.setattr(hearing, "APPEAL_LIMIT", 2)
    assert len(hearing.list_appeals(services.context, LEAD, pending=True)) == 2


def test_the_decision_is_hidden_until_the_first_answer_and_an_outcome_needs_one(
    services: Services,
) -> None:
    appeal = appealed(services, removed_by_person(services, note="Be kind."))
    for actor, is_shown in ((LEAD, False), (MODERATOR, True), (Actor("ines", Role.AUDITOR), True)):
        found = hearing.load_hearing(services.context, actor, appeal.id)
        assert (found.shown is not None) is is_shown, actor
        assert ("mina" in repr(found)) is is_shown
        assert ("Be kind." in repr(found)) is is_shown
    with pytest.raises(RuleBroken, match="Say first how you would decide"):
        hearing.hear_appeal(services.context, LEAD, appeal.id, overturn=True, reason=REASON)
    hearing.take_first_look(services.context, LEAD, appeal.id, Action.REMOVE, "harassment")
    shown = hearing.load_hearing(services.context, LEAD, appeal.id).shown
    assert shown is not None
    assert shown.own_look == shown.looks[0]
    assert shown.item.decision.note == "Be kind."
    with services.context.store.read() as reader:
        looked = reader.audit_trail(appeal.revision_id)[-1]
    assert (looked.data["action"], looked.data["reason"]) == ("remove", "harassment")
    assert shown.policy is not None
    assert shown.policy.version == shown.item.decision.policy_version
    with pytest.raises(RuleBroken, match="already"):
        hearing.take_first_look(services.context, LEAD, appeal.id, Action.APPROVE)
    with pytest.raises(NotFound, match="no such appeal"):
        hearing.load_hearing(services.context, LEAD, "none")


def test_another_reason_is_one_of_the_policy_in_force_at_the_hearing(services: Services) -> None:
    revision = removed_by_person(services)
    appeal = appealed(services, revision)
    published(services, hold=0.05)
    hearing.take_first_look(services.context, LEAD, appeal.id, Action.REMOVE, "threat")
    hearing.hear_appeal(
        services.context, LEAD, appeal.id, overturn=False, reason=REASON, other_reason="threat"
    )
    assert [one.policy_version for one in chain_of(services, revision)] == [1, 1, 2]


def test_a_removal_that_stands_for_another_reason_is_a_decision_of_its_own(
    services: Services,
) -> None:
    revision = removed_by_person(services)
    removal = chain_of(services, revision)[-1]
    appeal = appealed(services, revision)
    hearing.take_first_look(services.context, LEAD, appeal.id, Action.REMOVE, "threat")
    hearing.hear_appeal(
        services.context, LEAD, appeal.id, overturn=False, reason=REASON, other_reason="threat"
    )
    last = chain_of(services, revision)[-1]
    assert (last.action, last.reason_code, last.appeal_id) == (Action.REMOVE, "threat", appeal.id)
    assert last.supersedes == removal.id
    statement = look_up(services.context, revision.reference).statement
    assert statement.reason is not None
    assert (statement.reason.code, statement.was_reason_changed) == ("threat", True)
    assert audit_kinds(services, revision)[-3:] == [
        AuditKind.APPEAL_LOOKED_AT,
        AuditKind.APPEAL_UPHELD,
        AuditKind.DECISION_REVIEWED,
    ]
    with services.context.store.read() as reader:
        looked = reader.audit_trail(revision.id)[-3]
    assert looked.data == {"appeal": appeal.id, "action": "remove", "reason": "threat"}
    with pytest.raises(RuleBroken):
        appealed(services, revision)


def test_an_appeal_keeps_the_date_that_its_author_was_told(services: Services) -> None:
    appeal = appealed(services, removed_by_person(services))
    assert appeal.due_at - appeal.filed_at == timedelta(days=services.context.answer_days)
    assert look_up(services.context, _reference_of(services, appeal)).statement.appeal == appeal


def _reference_of(services: Services, appeal: Appeal) -> str:
    with services.context.store.read() as reader:
        item = reader.appeal_item(appeal.id)
    assert item is not None
    return item.reference
