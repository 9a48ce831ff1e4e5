"""Properties of decisions on groups: whatever happens to members before and between the requests,
each member is decided once or left as it was, and told which."""

import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.bootstrap.services import Services
from core.errors import ConsoleError
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus
from core.moderation.comments import IncomingComment, Revision
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.services.group_decisions import GroupOutcome, GroupReview, decide_group, undo_group
from core.services.ingest import ingest
from core.services.review import undo_decision
from core.services.score import score_waiting
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    appealed,
    chain_of,
    decided,
    edited,
    make_services,
    withdrawn,
)
from tests.state_checks import broken_invariants, place_of

OTHER = Actor("otto", Role.MODERATOR)
_numbers = count(1)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    home: Path = tmp_path_factory.mktemp("groups")
    made = make_services(home)
    yield made
    made.close()


def held(site: Services, size: int) -> list[Revision]:
    """So many comments with the same text, scored and held."""
    names = [f"g-{next(_numbers)}" for _ in range(size)]
    now = site.clock.now()
    list(ingest(site.context, SYSTEM, [IncomingComment("site", n, HELD, n, now) for n in names]))
    list(score_waiting(site.context, site.scorer))
    with site.context.store.read() as reader:
        comments = [reader.comment_by_source("site", name) for name in names]
        found = [reader.latest_revision(comment.id) for comment in comments if comment]
    return [revision for revision in found if revision is not None]


def nothing(site: Services, revision: Revision) -> None:
    pass


def approve(site: Services, revision: Revision) -> None:
    decided(site, revision, Action.APPROVE, actor=OTHER)


def escalate(site: Services, revision: Revision) -> None:
    decided(site, revision, Action.ESCALATE, actor=OTHER)


def decide_and_undo(site: Services, revision: Revision) -> None:
    approve(site, revision)
    undo_decision(site.context, OTHER, revision.id, seen_version=2)


def edit(site: Services, revision: Revision) -> None:
    edited(site, revision, CLEAN)


def withdraw(site: Services, revision: Revision) -> None:
    withdrawn(site, revision)


def appeal(site: Services, revision: Revision) -> None:
    try:
        appealed(site, revision)
    except ConsoleError:  # it is not removed, or not there any more
        return


CHANGES: tuple[Callable[[Services, Revision], None], ...] = (
    nothing,
    approve,
    escalate,
    decide_and_undo,
    edit,
    withdraw,
)
changes = st.lists(st.sampled_from([nothing, *CHANGES]), min_size=1, max_size=6)
later_changes = st.lists(st.sampled_from([nothing, appeal, edit, withdraw]), min_size=6, max_size=6)
actions = st.sampled_from([Action.APPROVE, Action.REMOVE, Action.ESCALATE])


def parts_of(outcome: GroupOutcome) -> tuple[list[str], list[str]]:
    decided_on = [decision.revision_id for decision in outcome.decisions]
    return decided_on, [skipped.revision_id for skipped in outcome.skipped]


@pytest.mark.slow
@settings(max_examples=40)
@given(before=changes, after=later_changes, action=actions, data=st.data())
def test_each_member_is_decided_once_or_left_as_it_was(
    site: Services,
    before: list[Callable[[Services, Revision], None]],
    after: list[Callable[[Services, Revision], None]],
    action: Action,
    data: st.DataObject,
) -> None:
    revisions = held(site, len(before))
    for change, revision in zip(before, revisions, strict=True):
        change(site, revision)
    lengths = {revision.id: len(chain_of(site, revision)) for revision in revisions}
    reason = "spam" if action is Action.REMOVE else None
    review = GroupReview([(r.id, 1) for r in revisions], action, f"k-{next(_numbers)}", reason)
    first = decide_group(site.context, MODERATOR, review)

    decided_on, left = parts_of(first)
    untouched = [r.id for r, change in zip(revisions, before, strict=True) if change is nothing]
    assert decided_on == untouched
    assert sorted(decided_on + left) == sorted(lengths)
    for revision in revisions:
        grown = len(chain_of(site, revision)) - lengths[revision.id]
        assert grown == (revision.id in decided_on)

    for change, revision in zip(after, revisions, strict=False):
        if revision.id in decided_on:
            change(site, revision)
    again = decide_group(site.context, MODERATOR, review)
    assert again.decisions == first.decisions
    assert parts_of(again)[1] == left

    undone = undo_group(site.context, MODERATOR, first.group_id)
    taken_back, kept = parts_of(undone)
    assert sorted(taken_back + kept) == sorted(decided_on)
    assert undo_group(site.context, MODERATOR, first.group_id) == undone
    for revision in revisions:
        if revision.id in taken_back:
            assert chain_of(site, revision)[-1].action is Action.HOLD
    with site.context.store.read() as reader:
        kinds = [event.kind for event in reader.audit_trail(first.group_id)]
    assert kinds == [AuditKind.GROUP_DECIDED, AuditKind.GROUP_UNDONE]
    assert broken_invariants(place_of(site.settings)) == {}


@settings(max_examples=10)
@given(size=st.integers(2, 8), seed=st.randoms(use_true_random=False))
def test_groups_and_single_decisions_race_for_each_case_only_once(
    site: Services, size: int, seed: object
) -> None:
    """Two groups and a single reviewer start at the same moment: for each case one of them wins,
    and the others are told whose decision stands."""
    revisions = held(site, size)
    outcomes: dict[str, tuple[list[str], list[str]]] = {}
    start = threading.Barrier(3)
    shuffled = list(revisions)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]

    def as_group(actor: Actor, members: list[Revision]) -> None:
        key = f"race-{next(_numbers)}"
        review = GroupReview([(r.id, 1) for r in members], Action.APPROVE, key)
        start.wait()
        outcomes[actor.id] = parts_of(decide_group(site.context, actor, review))

    def one_by_one() -> None:
        start.wait()
        won, lost = [], []
        for revision in shuffled:
            try:
                decided(site, revision, Action.REMOVE, actor=OTHER)
                won.append(revision.id)
            except ConsoleError:
                lost.append(revision.id)
        outcomes[OTHER.id] = won, lost

    threads = [
        threading.Thread(target=as_group, args=(MODERATOR, revisions)),
        threading.Thread(target=as_group, args=(LEAD, shuffled)),
        threading.Thread(target=one_by_one),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    ids = sorted(revision.id for revision in revisions)
    assert sorted(won for winners, _ in outcomes.values() for won in winners) == ids
    for won, lost in outcomes.values():
        assert sorted(won + lost) == ids
    for revision in revisions:
        first, second = chain_of(site, revision)
        assert first.is_automated
        assert revision.id in outcomes[second.actor][0]
        with site.context.store.read() as reader:
            case = reader.case_of(revision.id)
        assert case is not None
        assert case.status is CaseStatus.CLOSED
    assert broken_invariants(place_of(site.settings)) == {}
