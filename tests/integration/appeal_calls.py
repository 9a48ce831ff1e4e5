"""Calls of the services about appeals and the audit log, and the roles that may make them."""

from core.bootstrap.services import Services
from core.moderation.audit import AuditFilter, AuditKind
from core.moderation.hearings import FirstLook
from core.moderation.permissions import Actor
from core.moderation.policies import Action
from core.services import audit, hearing
from tests.factories import appealed, removed_by_person


def hear(services: Services, actor: Actor) -> None:
    appeal = appealed(services, removed_by_person(services))
    with services.context.store.write() as tx:
        now = services.clock.now()
        look = FirstLook(appeal.id, actor.id, Action.APPROVE, now)
        tx.add_first_look(look, services.context.audit(AuditKind.APPEAL_LOOKED_AT, actor, "x"))
    reason = "It was a quotation."
    hearing.hear_appeal(services.context, actor, appeal.id, overturn=True, reason=reason)


def look_first(services: Services, actor: Actor) -> None:
    appeal = appealed(services, removed_by_person(services))
    hearing.take_first_look(services.context, actor, appeal.id, Action.APPROVE)


def load_hearing(services: Services, actor: Actor) -> None:
    hearing.load_hearing(
        services.context, actor, appealed(services, removed_by_person(services)).id
    )


# As ROLES in service_calls.
APPEAL_TABLE = {
    ("hearing.hear_appeal", "hear"): (hear, "nnynnn"),
    ("hearing.take_first_look", "look"): (look_first, "nnynnn"),
    ("hearing.load_hearing", "load"): (load_hearing, "nyynny"),
    ("hearing.list_appeals", "list"): (
        lambda s, a: hearing.list_appeals(s.context, a, pending=True),
        "nyynny",
    ),
    ("audit.verify_audit", "verify"): (lambda s, a: audit.verify_audit(s.context, a), "nnnnyy"),
    ("audit.list_audit", "list"): (
        lambda s, a: audit.list_audit(s.context, a, AuditFilter()),
        "nnnnyy",
    ),
    ("audit.list_audit_actors", "list"): (
        lambda s, a: audit.list_audit_actors(s.context, a),
        "nnnnyy",
    ),
    ("audit.export_audit", "export"): (lambda s, a: audit.export_audit(s.context, a), "nnnnyy"),
}
