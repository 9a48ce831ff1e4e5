"""Appeals: an author files one."""

from datetime import datetime

from core.identifiers import new_id
from core.moderation.appeals import (
    Appeal,
    AppealProblem,
    AppealStatus,
    answer_due,
    check_can_appeal,
    check_words,
    refusal,
)
from core.moderation.audit import AuditKind
from core.moderation.effect import in_force
from core.moderation.permissions import Actor, Role
from core.services.context import Context
from core.services.gone_texts import text_gone
from core.services.lookup import find_revision

AUTHOR = Actor(id="author", role=Role.AUTHOR)


def file_appeal(
    context: Context, reference: str, words: str, *, seen: datetime | None = None
) -> Appeal:
    """File an appeal against the removal of the text with that reference. `seen` is the time of the
    decision that the author was shown. Raises NotFound, AppealRefused or InvalidAppeal."""
    trimmed = check_words(words)
    with context.store.write() as tx:
        revision = find_revision(tx, reference)
        chain = tx.decision_chain(revision.id)
        now = context.clock.now()
        removal = check_can_appeal(
            in_force(chain, now),
            tx.appeal_of(revision.id),
            now=now,
            window_days=context.appeal_window_days,
            gone=text_gone(tx, revision),
            seen=seen,
        )
        appeal = Appeal(
            id=new_id(),
            decision_id=removal.id,
            revision_id=revision.id,
            words=trimmed,
            status=AppealStatus.PENDING,
            filed_at=now,
            due_at=answer_due(now, context.answer_days),
        )
        audit = context.audit(AuditKind.APPEAL_FILED, AUTHOR, revision.id, appeal=appeal.id)
        if not tx.add_appeal(appeal, audit):
            raise refusal(AppealProblem.APPEALED_ALREADY)
        return appeal
