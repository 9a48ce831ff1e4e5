"""The invariant checks that other tests use find violations."""

from pathlib import Path

import pytest

from core.moderation.policies import Action
from core.store.sql.writer import SqlWriter
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    appealed,
    decided,
    heard,
    make_services,
    removed_by_person,
    reported,
    scored,
)
from tests.integration.policy_calls import begun, published
from tests.integration.quality_calls import differing, golden, judged
from tests.state_checks import INVARIANTS, audit_changes_allowed, broken_invariants, place_of

pytestmark = pytest.mark.slow

BREAK: dict[str, str] = {
    "version counts the decisions, whose positions have no gap": (
        "UPDATE revisions SET version = version + 1 WHERE current_action = 'approve'"
    ),
    "the current decision is the one nothing supersedes": (
        "UPDATE decisions SET supersedes = NULL WHERE action = 'approve'"
    ),
    "the current action is that of the last decision": (
        "UPDATE revisions SET current_action = NULL WHERE current_action = 'approve'"
    ),
    "a comment has one latest revision": "UPDATE revisions SET is_latest = 0",
    "a case is open or escalated exactly while the latest revision waits, was reported or is "
    "checked": "UPDATE cases SET status = 'escalated' WHERE status = 'open'",
    "a case that ended without a decision says why, and no other does": (
        "UPDATE cases SET closed_because = 'edited' WHERE status = 'open'"
    ),
    "an open case counts the reports of all reporters who are not muted": (
        "UPDATE cases SET report_count = 0 WHERE opened_because = 'report'"
    ),
    "a draft of a policy was published as the version after its base": (
        "UPDATE policy_drafts SET base_version = published_version WHERE state = 'published'"
    ),
    "a draft of a policy was published by another person, or the audit log says alone": (
        "UPDATE policy_drafts SET ended_by = author WHERE state = 'published'"
    ),
    "a published policy says what its draft says": (
        "UPDATE policy_drafts SET body = '{}' WHERE state = 'published'"
    ),
    "a person has at most one open draft": (
        "UPDATE policy_drafts SET state = 'drafted' WHERE state = 'published'"
    ),
    "a second look has the answers that its state says, each by another person": (
        "UPDATE second_looks SET state = 'agreed' WHERE state = 'different'"
    ),
    "a second look is at a person's decision on its text": (
        "UPDATE second_looks SET first_actor = 'ravi' WHERE first_actor = 'mina'"
    ),
    "whoever answers a golden item decided nothing on it": (
        "UPDATE golden_answers SET actor = 'mina'"
    ),
    "a report names the source of its comment": "UPDATE reports SET source = 'elsewhere'",
    "each case's text has its signature, unless it was erased": "UPDATE cases SET text_key = NULL",
    "of an erased comment nothing is left to read": "UPDATE comments SET erased_at = 1",
    "no appeal is pending on a replaced or withdrawn text": (
        "UPDATE revisions SET is_latest = 0 WHERE id IN "
        "(SELECT revision_id FROM appeals WHERE status = 'pending')"
    ),
    "a revision and each decision on it have one event": (
        "DELETE FROM audit_events WHERE kind = 'decision.reviewed'"
    ),
    "a pending or upheld appeal is about the decision that stands": (
        "UPDATE appeals SET status = 'pending' WHERE status = 'overturned'"
    ),
}


def test_every_invariant_is_broken_below() -> None:
    assert set(BREAK) == set(INVARIANTS)


@pytest.mark.parametrize("rule", INVARIANTS)
def test_broken_invariant_is_found(tmp_path: Path, rule: str, each_state_url: str) -> None:
    services = make_services(tmp_path, state_url=each_state_url)
    scored(services, HELD)
    decided(services, scored(services, HELD), Action.APPROVE)
    heard(services, appealed(services, removed_by_person(services)), overturn=True)
    appealed(services, removed_by_person(services))
    reported(services, scored(services, CLEAN))
    published(services)
    begun(services)
    differing(services)
    judged(services, golden(services), Action.APPROVE, actor=LEAD)
    place = place_of(services.settings)
    assert broken_invariants(place) == {}
    with services.context.store.write() as tx:
        assert isinstance(tx, SqlWriter)
        with audit_changes_allowed(tx._connection):
            assert tx._connection.exec_driver_sql(BREAK[rule]).rowcount > 0
    assert rule in broken_invariants(place)
    services.context.store.close()
