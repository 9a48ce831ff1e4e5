"""Erasure of what authors wrote, on request and by age. Each batch is one transaction: one that is
cut off is finished by the next call."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from core.identifiers import new_id
from core.moderation.audit import AUDIT_LOG, AuditKind
from core.moderation.audit_chain import named_places
from core.moderation.comments import Comment
from core.moderation.erasure import (
    ErasedBecause,
    ErasureCount,
    check_erasable,
    erased_name,
    kept_since,
)
from core.moderation.permissions import Actor, Permission, check_can
from core.services.context import Context
from core.services.withdraw import withdraw_known
from core.store.base import Writer

BATCH_COMMENTS = 100


def count_erasable(context: Context, actor: Actor, source: str, author: str) -> ErasureCount:
    """What `erase_author` would erase. Raises PermissionDenied and InvalidInput."""
    check_can(actor, Permission.ERASE)
    check_erasable(source, author)
    with context.store.read() as reader:
        return reader.count_of_author(source, author)


def erase_author(
    context: Context, actor: Actor, source: str, author: str
) -> Iterator[ErasureCount]:
    """Erase the name and words of an author of that site, and of the reporter of the same name;
    yields what each committed batch erased. Comments that still wait or are visible are withdrawn
    first. Figures stay as they were. Raises PermissionDenied, InvalidInput and StoreError."""
    check_can(actor, Permission.ERASE)
    check_erasable(source, author)
    while True:
        with context.store.write() as tx:
            batch = tx.comments_of_author(source, author, BATCH_COMMENTS)
            _erase(context, actor, tx, batch, ErasedBecause.REQUEST)
        if not batch:
            break
        yield ErasureCount(comments=len(batch))
    yield _erase_beside(context, actor, source, author)
    context.store.purge()


def erase_expired(context: Context, actor: Actor, retention_days: int) -> Iterator[ErasureCount]:
    """Erase comments on which nothing happened for so many days and nothing waits; yields what each
    committed batch erased. Raises PermissionDenied and StoreError."""
    check_can(actor, Permission.ERASE)
    since = kept_since(context.clock.now(), retention_days)
    after, has_erased = "", False
    while since is not None:
        # Looked for outside the write lock: most comments of most sites are younger.
        with context.store.read() as reader:
            found = reader.expired_comments(since, after, BATCH_COMMENTS)
        if not found:
            break
        after = found[-1].id
        yield ErasureCount(comments=_erase_still_expired(context, actor, found, since))
        has_erased = True
    if has_erased:
        context.store.purge()


def _erase_still_expired(
    context: Context, actor: Actor, found: Sequence[Comment], since: datetime
) -> int:
    with context.store.write() as tx:
        batch = [comment for comment in found if tx.is_expired(comment.id, since)]
        _erase(context, actor, tx, batch, ErasedBecause.AGE)
    return len(batch)


def _erase(
    context: Context,
    actor: Actor,
    tx: Writer,
    batch: Sequence[Comment],
    because: ErasedBecause,
) -> None:
    for comment in batch:
        withdraw_known(context, actor, tx, (comment.source, comment.source_id))
        audits = {
            text: context.audit(AuditKind.COMMENT_ERASED, actor, text, because=because)
            for text in tx.revision_ids(comment.id)
        }
        tx.erase_comment(comment, context.clock.now(), audits)


def _erase_beside(context: Context, actor: Actor, source: str, author: str) -> ErasureCount:
    """The titles of threads that the author began, and what the person is as a reporter."""
    with context.store.write() as tx:
        known = tx.count_of_author(source, author)
        mutes = tx.mutes_in_audit(source, author)
        if known.threads:
            tx.erase_threads(source, author)
        if known.reports or mutes:
            audit = context.audit(
                AuditKind.REPORTER_ERASED,
                actor,
                AUDIT_LOG,
                reports=str(known.reports),
                events=named_places(mutes),
            )
            tx.erase_reporter(source, author, erased_name(new_id()), mutes, audit)
    return ErasureCount(threads=known.threads, reports=known.reports)
