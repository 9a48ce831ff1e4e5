"""The data of one author, for that person (GDPR Articles 15 and 20)."""

from collections.abc import Iterator

from core.moderation.audit import AUDIT_LOG, AuditKind
from core.moderation.author_data import (
    KeptText,
    Record,
    comment_record,
    report_record,
    thread_record,
)
from core.moderation.comments import Comment
from core.moderation.erasure import check_erasable
from core.moderation.permissions import Actor, Permission, check_can
from core.services.context import Context
from core.store.base import Reader

BATCH_COMMENTS = 100


def export_author(context: Context, actor: Actor, source: str, author: str) -> Iterator[Record]:
    """Everything that is kept under that exact name of that site: threads, reports, then comments.
    That it was exported is noted first, without the name. Raises PermissionDenied, and InvalidInput
    for a name that stands for many people."""
    check_can(actor, Permission.EXPORT_AUTHOR)
    check_erasable(source, author)
    with context.store.write() as tx:
        tx.add_audit(context.audit(AuditKind.AUTHOR_EXPORTED, actor, AUDIT_LOG, source=source))
    return _records(context, source, author)


def _records(context: Context, source: str, author: str) -> Iterator[Record]:
    """No transaction stays open while a slow reader takes its time."""
    with context.store.read() as reader:
        first = [thread_record(thread) for thread in reader.threads_of_author(source, author)]
        first += [report_record(report) for report in reader.reports_by(source, author)]
    yield from first
    after = ""
    while True:
        with context.store.read() as reader:
            found = reader.comments_after(source, author, after, BATCH_COMMENTS)
            batch = [_comment_record(context, reader, comment) for comment in found]
        if not found:
            return
        yield from batch
        after = found[-1].id


def _comment_record(context: Context, reader: Reader, comment: Comment) -> Record:
    revisions = [reader.revision(each) for each in reader.revision_ids(comment.id)]
    there = [revision for revision in revisions if revision is not None]
    texts = [
        KeptText(
            revision,
            reader.decision_chain(revision.id),
            reader.appeals_of(revision.id),
            None if revision is there[-1] else reader.received_after(revision),
        )
        for revision in there
    ]
    return comment_record(comment, texts, context.clock.now())
