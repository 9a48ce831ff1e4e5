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
    RetentionDays,
    check_erasable,
    erased_name,
    kept_since,
)
from core.moderation.permissions import Actor, Permission, check_can
from core.services.context import Context
from core.services.withdraw import withdraw_known
from core.store.base import Writer

BATCH = 100


def count_erasable(context: Context, actor: Actor, source: str, author: str) -> ErasureCount:
    """What `erase_author` would erase. Raises PermissionDenied and InvalidInput."""
    check_can(actor, Permission.ERASE)
    check_erasable(source, author)
    with context.store.read() as reader:
        return reader.count_of_author(source, author)


def alike_names(context: Context, actor: Actor, source: str, author: str) -> list[tuple[str, str]]:
    """The (source, name) that an operator may have meant: that name at other sources, and in
    another case. Raises PermissionDenied."""
    check_can(actor, Permission.ERASE)
    with context.store.read() as reader:
        names = set(reader.names())
    same = {each for each in names if each[1].casefold() == author.casefold()}
    return sorted(same - {(source, author)})


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
            batch = tx.comments_of_author(source, author, BATCH)
            _erase(context, actor, tx, batch, ErasedBecause.REQUEST)
        if not batch:
            break
        yield ErasureCount(comments=len(batch))
    yield _erase_beside(context, actor, source, author)
    context.store.purge()


def erase_expired(context: Context, actor: Actor, kept: RetentionDays) -> Iterator[ErasureCount]:
    """Erase comments, authors' addresses and the names of reporters to which nothing happened for
    so many days and for which nothing waits; yields what each committed batch erased. Raises
    PermissionDenied and StoreError."""
    check_can(actor, Permission.ERASE)
    now, has_erased = context.clock.now(), False
    kinds = (
        (kept.comments, _expired_comments),
        (kept.addresses, _expired_addresses),
        (kept.reports, _expired_reports),
    )
    for days, erase in kinds:
        if (since := kept_since(now, days)) is not None:
            for erased in erase(context, actor, since):
                has_erased = True
                yield erased
    if has_erased:
        context.store.purge()


def _expired_comments(context: Context, actor: Actor, since: datetime) -> Iterator[ErasureCount]:
    after = ""
    while True:
        # Looked for outside the write lock: most comments of most sites are younger.
        with context.store.read() as reader:
            found = reader.expired_comments(since, after, BATCH)
        if not found:
            return
        after = found[-1].id
        yield ErasureCount(comments=_erase_still_expired(context, actor, found, since))


def _expired_addresses(context: Context, actor: Actor, since: datetime) -> Iterator[ErasureCount]:
    after = ""
    while True:
        with context.store.read() as reader:
            found = reader.expired_addresses(since, after, BATCH)
        if not found:
            return
        after = found[-1].id
        with context.store.write() as tx:
            still = [comment.id for comment in found if tx.is_expired(comment.id, since)]
            if still:
                event = context.audit(
                    AuditKind.ADDRESS_ERASED, actor, AUDIT_LOG, addresses=str(len(still))
                )
                tx.erase_addresses(still, event)
        yield ErasureCount(addresses=len(still))


def _expired_reports(context: Context, actor: Actor, since: datetime) -> Iterator[ErasureCount]:
    """Each gets a name of its own, so that nobody can tell which were one person's."""
    while True:
        with context.store.read() as reader:
            if not reader.expired_reports(since, 1):
                return
        with context.store.write() as tx:
            # Read again: another process may have erased them meanwhile.
            found = tx.expired_reports(since, BATCH)
            if not found:
                return
            event = context.audit(
                *(AuditKind.REPORTER_ERASED, actor, AUDIT_LOG),
                reports=str(len(found)),
                events=named_places(()),
            )
            tx.erase_reports({report.id: erased_name(new_id()) for report in found}, event)
        yield ErasureCount(reports=len(found))


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
