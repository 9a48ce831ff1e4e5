"""Audited comments and blind held ones look alike to everybody until they are decided."""

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from core.bootstrap.services import Services
from core.errors import Conflict, NotFound, RuleBroken
from core.moderation.cases import CaseStatus, CaseTrigger
from core.moderation.comments import Revision, Visibility
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.priority import explain_priority
from core.moderation.queue import QueueFilter
from core.moderation.sampling import FLAGGED, Sampling, SamplingReason
from core.moderation.scores import Label
from core.services.explain import explain_revision
from core.services.lookup import look_up
from core.services.queries import CaseView, load_case
from core.services.queue import list_queue
from core.services.reopen import load_case_reopening
from core.services.review import Review, decide_case, undo_decision
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    OTHER_LEAD,
    REMOVED,
    case_of,
    decided,
    listed,
    make_services,
    reported,
    scored,
)
from tests.state_checks import broken_invariants, place_of

READERS = [Actor("somebody", role) for role in (Role.MODERATOR, Role.LEAD)]
NEARLY_ALL = 1 - 1e-12
# What differs between any two comments, whatever the model found.
OF_THE_COMMENT = {
    "id", "revision_id", "comment_id", "source_id", "case_id", "author", "created_at", "opened_at",
    "received_at", "decided_at", "original", "text", "excerpt", "supersedes", "undoes",
    "current_decision_id", "key",
}  # fmt: skip


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Every approved comment is audited, and every held one is blind."""
    made = make_services(tmp_path, audit_share=NEARLY_ALL, blind_share=NEARLY_ALL)
    yield made
    assert broken_invariants(place_of(made.settings)) == {}
    made.context.store.close()


@pytest.fixture
def pair(services: Services) -> tuple[Revision, Revision]:
    """A comment that the model held and one that it approved."""
    return scored(services, HELD, author="una"), scored(services, CLEAN, author="uwe")


def shown(value: Any) -> Any:
    """A view as plain data, without what differs between any two comments."""
    if hasattr(value, "__dataclass_fields__"):
        return {
            field.name: shown(getattr(value, field.name))
            for field in fields(value)
            if field.name not in OF_THE_COMMENT
        }
    return [shown(each) for each in value] if isinstance(value, list | tuple) else value


def view(services: Services, revision: Revision, actor: Actor = MODERATOR) -> CaseView:
    return load_case(services.context, actor, revision.id)


def assert_alike(services: Services, pair: tuple[Revision, Revision], actor: Actor) -> None:
    held, checked = (load_case(services.context, actor, one.id) for one in pair)
    assert shown(replace(held, author=None)) == shown(replace(checked, author=None))
    assert shown(held.author) == shown(checked.author)
    assert (held.is_blind, held.is_hidden, held.not_assessed) == (True, True, ())
    assert held.automated.scores == {}
    looks = [load_case_reopening(services.context, actor, one.id) for one in pair]
    assert shown(looks[0]) == shown(looks[1])
    ranks = [explain_priority(one.case, one.case.opened_at) for one in (held, checked)]
    assert ranks[0] == ranks[1]


@pytest.mark.parametrize("actor", READERS, ids=lambda actor: actor.role)
def test_views_are_alike_field_by_field(
    services: Services, pair: tuple[Revision, Revision], actor: Actor
) -> None:
    assert_alike(services, pair, actor)
    for one in pair:
        decided(services, one, Action.ESCALATE)
    assert_alike(services, pair, actor)


def test_views_are_alike_after_an_undo(services: Services, pair: tuple[Revision, Revision]) -> None:
    for one in pair:
        decided(services, one, Action.REMOVE)
        undo_decision(services.context, MODERATOR, one.id, seen_version=2)
        assert case_of(services, one).status is CaseStatus.OPEN
    for actor in READERS:
        assert_alike(services, pair, actor)


@pytest.mark.parametrize("is_undone", [False, True])
def test_refusals_of_what_is_out_of_date_are_alike(
    services: Services, pair: tuple[Revision, Revision], is_undone: bool
) -> None:
    said = []
    for one in pair:
        if is_undone:
            decided(services, one, Action.REMOVE)
            undo_decision(services.context, MODERATOR, one.id, seen_version=2)
        stale = Review(one.id, 9, Action.APPROVE, f"stale-{one.id}")
        with pytest.raises(Conflict) as decide:
            decide_case(services.context, OTHER_LEAD, stale)
        with pytest.raises(Conflict if is_undone else NotFound) as undo:
            undo_decision(services.context, OTHER_LEAD, one.id, seen_version=9)
        said.append([str(each.value).split(" at ")[0] for each in (decide, undo)])
    assert said[0] == said[1]


def test_lists_and_their_filters_show_no_difference(
    services: Services, pair: tuple[Revision, Revision]
) -> None:
    lines = listed(services, actor=LEAD)
    assert {line.revision_id for line in lines} == {one.id for one in pair}
    assert shown(lines[0]) == shown(lines[1])
    assert [(line.trigger, line.score) for line in lines] == [(CaseTrigger.BLIND, None)] * 2
    for label in Label:
        assert list_queue(services.context, LEAD, QueueFilter(label=label)).items == []
    for one in pair:
        reported(services, one, "una")
        reported(services, one, "uwe")
    first, second = listed(services, actor=LEAD)
    assert shown(first) == shown(second)
    assert first.report_count == 2


def test_stored_rows_differ_in_their_sampling_alone(
    services: Services, pair: tuple[Revision, Revision]
) -> None:
    held, checked = (case_of(services, one) for one in pair)
    assert shown(replace(held, sampling=None)) == shown(replace(checked, sampling=None))
    assert held.sampling == FLAGGED
    assert checked.sampling == Sampling(SamplingReason.AUDIT, NEARLY_ALL)


def test_order_is_by_age_alone(services: Services) -> None:
    made = [scored(services, text) for text in (HELD, CLEAN, HELD, CLEAN, CLEAN, HELD)]
    assert [line.revision_id for line in listed(services)] == [one.id for one in made]


def test_scores_are_not_explained_before_the_decision(
    services: Services, pair: tuple[Revision, Revision]
) -> None:
    for one in pair:
        for actor in READERS:
            with pytest.raises(RuleBroken, match="decided without scores"):
                explain_revision(services.context, actor, services.explainer, one.id)


def test_leads_see_afterwards_what_was_hidden_and_moderators_do_not(
    services: Services, pair: tuple[Revision, Revision]
) -> None:
    for one in pair:
        decided(services, one, Action.APPROVE)
    assert_alike(services, pair, MODERATOR)
    held, checked = (view(services, one, LEAD) for one in pair)
    assert not held.is_hidden
    assert (held.automated.action, checked.automated.action) == (Action.HOLD, Action.APPROVE)
    assert held.automated.scores
    assert held.case.sampling == FLAGGED
    assert held.revision.reference == pair[0].reference
    explain_revision(services.context, LEAD, services.explainer, pair[0].id)


def test_audited_comment_stays_visible_until_it_is_removed(services: Services) -> None:
    first, second = scored(services, CLEAN), scored(services, CLEAN)
    for one in (first, second):
        assert look_up(services.context, one.reference).statement.visibility is Visibility.VISIBLE
    decided(services, first, Action.APPROVE)
    decided(services, second, Action.REMOVE)
    for one, expected in ((first, Visibility.VISIBLE), (second, Visibility.REMOVED)):
        assert look_up(services.context, one.reference).statement.visibility is expected
        assert case_of(services, one).status is CaseStatus.CLOSED
    assert not look_up(services.context, second.reference).statement.found_automatically


def test_removed_comments_are_not_audited(services: Services) -> None:
    scored(services, REMOVED)
    assert listed(services) == []


def test_report_on_a_decided_blind_case_is_an_ordinary_one(
    services: Services, pair: tuple[Revision, Revision]
) -> None:
    for one in pair:
        decided(services, one, Action.APPROVE)
        reported(services, one)
        found = view(services, one)
        assert not found.is_blind
        assert found.approval is not None
        assert found.automated.scores
    assert case_of(services, pair[1]).sampling == Sampling(SamplingReason.AUDIT, NEARLY_ALL)
