"""Reviews in tests: what a reviewer sends, the case after it, and an edit by the author."""

from core.bootstrap.services import Services
from core.moderation.cases import CaseStatus
from core.moderation.comments import IncomingComment, Revision
from core.moderation.notices import Statement
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.services.ingest import ingest
from core.services.lookup import look_up
from core.services.review import Review

OTHER_MODERATOR = Actor("otto", Role.MODERATOR)


def review(revision: Revision, action: Action, *, seen: int = 1, key: str = "k") -> Review:
    reason_code = "harassment" if action is Action.REMOVE else None
    return Review(revision.id, seen, action, key, reason_code)


def said(services: Services, revision: Revision) -> Statement:
    """What the revision's author is shown."""
    return look_up(services.context, revision.reference).statement


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
