"""Claims: who opened a case has it until they are done with it or their lease runs out."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.bootstrap.services import Services
from core.errors import Conflict, NotFound, PermissionDenied
from core.moderation.audit import AuditKind
from core.moderation.claims import LEASE, Claim
from core.moderation.comments import Revision
from core.moderation.policies import Action
from core.services.claims import claim_case, release_case
from core.services.queries import load_case
from core.services.review import skip_case, undo_decision
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    OTHER_LEAD,
    audit_kinds,
    chain_of,
    decided,
    edited,
    listed,
    make_services,
    scored,
    withdrawn,
)
from tests.integration.reviews import OTHER_MODERATOR
from tests.integration.test_races import ROUNDS, race, running
from tests.moving_clock import START, MovingClock

LEASE_S = LEASE.total_seconds()


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def services(tmp_path: Path, clock: MovingClock) -> Iterator[Services]:
    made = make_services(tmp_path, clock=clock.clock)
    yield made
    made.close()


def claim_on(services: Services, revision: Revision) -> Claim | None:
    with services.context.store.read() as reader:
        return reader.claims([revision.id]).get(revision.id)


def test_first_one_has_it_and_the_other_reads_who_and_since_when(
    services: Services, clock: MovingClock
) -> None:
    revision = scored(services, HELD)
    mine = claim_case(services.context, MODERATOR, revision.id)
    assert (mine.is_mine, mine.claim.expires_at) == (True, START + LEASE)
    clock.move(40)
    theirs = claim_case(services.context, OTHER_MODERATOR, revision.id)
    assert (theirs.is_mine, theirs.claim) == (False, mine.claim)
    assert (theirs.claim.actor, theirs.claim.claimed_at) == (MODERATOR.id, START)
    assert load_case(services.context, OTHER_MODERATOR, revision.id).claim == mine.claim
    (line,) = listed(services, actor=LEAD)
    assert (line.holder, line.held_since) == (MODERATOR.id, START)


def test_opening_it_again_renews_the_lease(services: Services, clock: MovingClock) -> None:
    revision = scored(services, HELD)
    claim_case(services.context, MODERATOR, revision.id)
    clock.move(LEASE_S - 1)
    again = claim_case(services.context, MODERATOR, revision.id)
    assert again.is_mine
    assert again.claim == Claim(revision.id, MODERATOR.id, START, clock.now + LEASE)
    clock.move(LEASE_S - 1)
    assert not claim_case(services.context, OTHER_MODERATOR, revision.id).is_mine
    clock.move(1)
    assert claim_case(services.context, OTHER_MODERATOR, revision.id).is_mine


def test_decision_on_a_case_of_another_is_refused_until_the_lease_runs_out(
    services: Services, clock: MovingClock
) -> None:
    revision = scored(services, HELD)
    claim_case(services.context, MODERATOR, revision.id)
    for actor in (OTHER_MODERATOR, LEAD):
        with pytest.raises(Conflict, match="mina has held this case since 12:00:00 UTC"):
            decided(services, revision, Action.APPROVE, actor=actor)
    assert len(chain_of(services, revision)) == 1
    clock.move(LEASE_S)
    decided(services, revision, Action.APPROVE, actor=OTHER_MODERATOR)
    assert claim_on(services, revision) is None
    with pytest.raises(Conflict, match="otto approved this comment at 12:05:00 UTC"):
        claim_case(services.context, MODERATOR, revision.id)


def test_case_that_nobody_holds_can_be_decided(services: Services) -> None:
    revision = scored(services, HELD)
    assert decided(services, revision, Action.APPROVE).actor == MODERATOR.id


RELEASES: dict[str, Callable[[Services, Revision], object]] = {
    "decide": lambda s, r: decided(s, r, Action.APPROVE),
    "escalate": lambda s, r: decided(s, r, Action.ESCALATE),
    "skip": lambda s, r: skip_case(s.context, MODERATOR, r.id),
    "release": lambda s, r: release_case(s.context, MODERATOR, r.id),
    "edit": lambda s, r: edited(s, r, CLEAN),
    "withdraw": withdrawn,
}


@pytest.mark.parametrize("done", RELEASES)
def test_claim_ends_with_the_work(services: Services, done: str) -> None:
    revision = scored(services, HELD)
    claim_case(services.context, MODERATOR, revision.id)
    RELEASES[done](services, revision)
    assert claim_on(services, revision) is None


def test_skip_and_release_leave_the_claim_of_another(services: Services) -> None:
    revision = scored(services, HELD)
    claim = claim_case(services.context, MODERATOR, revision.id).claim
    release_case(services.context, OTHER_MODERATOR, revision.id)
    skip_case(services.context, OTHER_MODERATOR, revision.id)
    assert claim_on(services, revision) == claim


def test_undo_is_possible_while_another_holds_the_case_and_leaves_them_the_claim(
    services: Services,
) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.ESCALATE)
    claim = claim_case(services.context, LEAD, revision.id).claim
    undo_decision(services.context, MODERATOR, revision.id, seen_version=2)
    assert claim_on(services, revision) == claim


def test_undo_releases_ones_own_claim(services: Services) -> None:
    revision = scored(services, HELD)
    decided(services, revision, Action.ESCALATE, actor=LEAD)
    claim_case(services.context, LEAD, revision.id)
    undo_decision(services.context, LEAD, revision.id, seen_version=2)
    assert claim_on(services, revision) is None


def test_claims_leave_no_trace_in_the_history(services: Services) -> None:
    revision = scored(services, HELD)
    before = audit_kinds(services, revision)
    claim_case(services.context, MODERATOR, revision.id)
    release_case(services.context, MODERATOR, revision.id)
    release_case(services.context, MODERATOR, revision.id)
    assert audit_kinds(services, revision) == before
    assert AuditKind.CASE_SKIPPED not in before


def test_what_can_not_be_decided_can_not_be_claimed(services: Services) -> None:
    with pytest.raises(NotFound):
        claim_case(services.context, MODERATOR, scored(services, CLEAN).id)
    with pytest.raises(NotFound):
        claim_case(services.context, MODERATOR, "nothing")
    changed, gone, up = (scored(services, HELD) for _ in range(3))
    edited(services, changed, CLEAN)
    with pytest.raises(Conflict, match="has changed this comment"):
        claim_case(services.context, MODERATOR, changed.id)
    with pytest.raises(Conflict, match="was withdrawn"):
        claim_case(services.context, MODERATOR, withdrawn(services, gone).id)
    decided(services, up, Action.ESCALATE)
    with pytest.raises(PermissionDenied, match="escalated"):
        claim_case(services.context, MODERATOR, up.id)
    assert claim_case(services.context, LEAD, up.id).is_mine
    decided(services, up, Action.REMOVE, actor=LEAD)
    assert len(chain_of(services, up)) == 3
    with pytest.raises(Conflict, match=f"{LEAD.id} removed"):
        claim_case(services.context, OTHER_LEAD, up.id)


@pytest.mark.slow
def test_two_processes_take_a_case_at_once_and_one_has_it(
    tmp_path: Path, each_state_url: str
) -> None:
    services = make_services(tmp_path / "both", state_url=each_state_url)
    held = [scored(services, HELD) for _ in range(ROUNDS)]
    with running(services.settings) as runners:
        outcomes = race(runners, [f"claim {revision.id}" for revision in held])
    services.close()
    assert outcomes == [["was there", "won"]] * ROUNDS
