"""What the entries of the audit trail name: the decision, appeal or reason that they are about."""

from core.bootstrap.services import Services
from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.comments import Revision
from core.moderation.permissions import Actor, Role
from core.services.reopen import reopen
from tests.factories import (
    CLEAN,
    HELD,
    appealed,
    chain_of,
    removed_by_person,
    scored,
    withdrawn,
)

LEAD = Actor("lena", Role.LEAD)


def newest(services: Services, revision: Revision, kind: AuditKind) -> AuditEvent:
    with services.context.store.read() as reader:
        return [each for each in reader.audit_trail(revision.id) if each.kind is kind][-1]


def test_an_automated_decision_is_named_with_its_action(services: Services) -> None:
    revision = scored(services, HELD)
    (decision,) = chain_of(services, revision)
    data = newest(services, revision, AuditKind.DECISION_AUTOMATED).data
    assert (data["decision"], data["action"]) == (decision.id, "hold")


def test_an_appeal_is_named_when_it_is_filed_and_when_it_is_closed(services: Services) -> None:
    revision = removed_by_person(services)
    appeal = appealed(services, revision)
    assert newest(services, revision, AuditKind.APPEAL_FILED).data["appeal"] == appeal.id
    withdrawn(services, revision)
    closed = newest(services, revision, AuditKind.APPEAL_CLOSED)
    assert dict(closed.data) == {"appeal": appeal.id, "because": "withdrawn"}


def test_a_reopening_names_its_decision_and_the_one_it_reopens(services: Services) -> None:
    revision = scored(services, CLEAN)
    (first,) = chain_of(services, revision)
    decision = reopen(services.context, LEAD, revision.id, seen_version=1)
    data = newest(services, revision, AuditKind.DECISION_REOPENED).data
    assert (data["decision"], data["reopens"]) == (decision.id, first.id)
