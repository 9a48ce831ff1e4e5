"""Ingest: each row of a source is stored, skipped with a reason, or rejected with a message."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from core.errors import ConsoleError, InvalidInput
from core.identifiers import new_id, new_reference
from core.moderation.audit import AuditKind
from core.moderation.cases import TextGone
from core.moderation.cleaning import clean_text, is_same_text
from core.moderation.comments import (
    Comment,
    IncomingComment,
    IncomingThread,
    Revision,
    check_incoming,
    check_incoming_thread,
    completed,
)
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.placeholders import is_placeholder
from core.services.context import Context
from core.services.gone_texts import end_work_on
from core.services.withdraw import withdraw_known
from core.sources.base import DELETED, Rejected, Skipped, SourceItem
from core.store.base import Writer

BATCH_ROWS = 200
KEPT_REJECTIONS = 50


@dataclass(slots=True)
class IngestReport:
    """The outcome of all rows so far. `rejected` counts all rejected rows, `rejections` has only
    the first messages. `completed` counts the known comments whose unknown author, time or parent
    was filled in; they are also counted as unchanged or edited. `erased` came again after their
    erasure, and nothing of them was stored."""

    stored: int = 0
    edited: int = 0
    unchanged: int = 0
    completed: int = 0
    withdrawn: int = 0
    erased: int = 0
    threads: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    rejections: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """The number of rows read so far."""
        comments = self.stored + self.edited + self.unchanged + self.withdrawn + self.erased
        return comments + self.threads + self.skipped.total() + self.rejected

    def reject(self, message: str) -> None:
        """Count a rejected row; `message` names the row and what is wrong with it."""
        self.rejected += 1
        if len(self.rejections) < KEPT_REJECTIONS:
            self.rejections.append(message)


def ingest(context: Context, actor: Actor, items: Iterable[SourceItem]) -> Iterator[IngestReport]:
    """Store a source's rows; yields the same report object, updated, after each committed batch.

    Ingesting the same rows again changes nothing. A known id with another text makes a new
    revision; a row that marks its comment as deleted withdraws it. If the source fails, the rows
    before the failure are stored, then its error is raised.
    """
    check_can(actor, Permission.INGEST)
    report = IngestReport()
    remaining = iter(items)
    failure: ConsoleError | None = None
    while failure is None:
        batch, failure = _next_batch(remaining)
        if not batch:
            break
        with context.store.write() as tx:
            for item in batch:
                _take(context, actor, tx, item, report)
        yield report
    if failure is not None:
        raise failure


def _next_batch(items: Iterator[SourceItem]) -> tuple[list[SourceItem], ConsoleError | None]:
    """The next rows, and the error if the source failed; rows read before the error are kept."""
    batch: list[SourceItem] = []
    try:
        for item in islice(items, BATCH_ROWS):
            batch.append(item)
    except ConsoleError as error:
        return batch, error
    return batch, None


def _take(
    context: Context, actor: Actor, tx: Writer, item: SourceItem, report: IngestReport
) -> None:
    match item:
        case Skipped():
            _skip(context, actor, tx, item, report)
        case Rejected():
            report.reject(item.message)
        case IncomingThread():
            try:
                check_incoming_thread(item)
            except InvalidInput as error:
                report.reject(f"thread {item.source_id!r}: {error}")
                return
            tx.add_thread(item)
            report.threads += 1
        case IncomingComment() if is_placeholder(item.text):
            gone = Skipped(item.source_id, DELETED, (item.source, item.source_id))
            _skip(context, actor, tx, gone, report)
        case IncomingComment():
            try:
                outcome, _ = store_comment(context, actor, tx, item)
            except InvalidInput as error:
                report.reject(f"comment {item.source_id!r}: {error}")
                return
            setattr(report, outcome, getattr(report, outcome) + 1)
            if outcome != "stored":
                report.completed += complete_comment(context, actor, tx, item)


def _skip(context: Context, actor: Actor, tx: Writer, item: Skipped, report: IngestReport) -> None:
    key = item.withdraws
    withdrawal = withdraw_known(context, actor, tx, key) if key else None
    if withdrawal is not None and withdrawal.is_new:
        report.withdrawn += 1
    else:
        report.skipped[item.reason] += 1


def complete_comment(context: Context, actor: Actor, tx: Writer, incoming: IncomingComment) -> bool:
    """Fill in the author, time or parent of a stored comment if it was unknown and `incoming` has
    it, and take a new address of the author. False if there was nothing to fill in."""
    known = tx.comment_by_source(incoming.source, incoming.source_id)
    if known is None or (whole := completed(known, incoming)) == known:
        return False
    latest = tx.latest_revision(known.id)
    names = ("author", "is_time_known", "parent_source_id", "author_email")
    filled = [name for name in names if getattr(whole, name) != getattr(known, name)]
    audit = context.audit(
        AuditKind.COMMENT_COMPLETED,
        actor,
        latest.id if latest else known.id,
        told=",".join(filled),
    )
    tx.complete_comment(whole, audit)
    return True


def store_comment(
    context: Context, actor: Actor, tx: Writer, incoming: IncomingComment
) -> tuple[str, Revision]:
    """Store one comment. Returns `stored`, `edited`, `unchanged` or `erased`, and its latest
    revision.

    A withdrawn comment that is sent again gets a new revision, even with the same text; an erased
    one stays as it is. Raises InvalidInput.
    """
    check_incoming(incoming)
    known = tx.comment_by_source(incoming.source, incoming.source_id)
    latest = tx.latest_revision(known.id) if known else None
    if known is not None and known.erased_at is not None and latest is not None:
        return "erased", latest
    is_gone = latest is not None and latest.is_withdrawn
    if latest is not None and not is_gone and is_same_text(latest.original, incoming.text):
        return "unchanged", latest
    text = clean_text(incoming.text)
    if not text:
        raise InvalidInput("nothing readable is left of the text")
    revision = Revision(
        id=new_id(),
        comment_id=known.id if known else new_id(),
        number=latest.number + 1 if latest else 1,
        original=incoming.text,
        text=text,
        reference=new_reference(),
        received_at=context.clock.now(),
    )
    if latest is not None:
        end_work_on(context, actor, tx, latest, TextGone.EDITED)
        kind, was_gone = AuditKind.COMMENT_EDITED, str(is_gone).lower()
        tx.add_revision(
            revision, context.audit(kind, actor, revision.id, after_withdrawal=was_gone)
        )
        return "edited", revision
    comment = Comment(
        id=revision.comment_id,
        source=incoming.source,
        source_id=incoming.source_id,
        author=incoming.author,
        created_at=incoming.created_at,
        parent_source_id=incoming.parent_source_id,
        is_time_known=incoming.is_time_known,
        author_email=incoming.author_email,
    )
    tx.add_comment(comment, revision, context.audit(AuditKind.COMMENT_STORED, actor, revision.id))
    return "stored", revision
