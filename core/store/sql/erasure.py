"""Erasure in SQL. Rows stay, with their ids, times and codes; words and names in them go."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    delete,
    exists,
    func,
    select,
    union,
    update,
)

from core.identifiers import new_reference
from core.moderation.appeals import AppealStatus
from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.audit_chain import StoredEvent, digest_of
from core.moderation.cases import CaseStatus
from core.moderation.comments import Comment, IncomingThread
from core.moderation.erasure import ERASED, ErasureCount, erased_name
from core.moderation.outbox import Audience, MessageState
from core.moderation.reports import Report
from core.store.sql import rows
from core.store.sql.outbox_table import IS_PENDING, outbox
from core.store.sql.quality_tables import golden_answers, second_looks
from core.store.sql.tables import (
    appeals,
    audit_events,
    cases,
    comments,
    decisions,
    muted_reporters,
    near_bands,
    near_texts,
    reports,
    revisions,
    threads,
)

_OPEN = (CaseStatus.OPEN.value, CaseStatus.ESCALATED.value)
_HEARD = (AppealStatus.UPHELD.value, AppealStatus.OVERTURNED.value)
_OF_MUTES = (AuditKind.REPORTER_MUTED.value, AuditKind.REPORTER_UNMUTED.value)


class SqlErasureReads:
    """The part of `core.store.base.Reader` about erasure."""

    _connection: Connection

    def count_of_author(self, source: str, author: str) -> ErasureCount:
        return ErasureCount(
            comments=self._count_named(comments, source=source, author=author),
            threads=self._count_named(threads, source=source, author=author),
            reports=self._count_named(reports, source=source, reporter=author),
        )

    def names(self) -> Sequence[tuple[str, str]]:
        named = union(
            select(comments.c.source, comments.c.author),
            select(threads.c.source, threads.c.author),
            select(reports.c.source, reports.c.reporter),
        )
        return [(row[0], row[1]) for row in self._connection.execute(named) if row[1]]

    def _count_named(self, table: Table, **values: str) -> int:
        query = select(func.count()).select_from(table).filter_by(**values)
        return self._connection.execute(query).scalar_one()

    def revision_ids(self, comment_id: str) -> Sequence[str]:
        query = select(revisions.c.id).where(revisions.c.comment_id == comment_id)
        return list(self._connection.execute(query.order_by(revisions.c.number)).scalars())

    def comments_of_author(self, source: str, author: str, limit: int) -> Sequence[Comment]:
        query = select(comments).where(comments.c.source == source, comments.c.author == author)
        return self._comments(query.limit(limit))

    def comments_after(self, source: str, author: str, after: str, limit: int) -> Sequence[Comment]:
        named = (comments.c.source == source, comments.c.author == author)
        query = select(comments).where(*named, comments.c.id > after)
        return self._comments(query.order_by(comments.c.id).limit(limit))

    def threads_of_author(self, source: str, author: str) -> Sequence[IncomingThread]:
        query = select(threads).filter_by(source=source, author=author)
        found = self._connection.execute(query.order_by(threads.c.created_at)).mappings()
        return [rows.thread_from_row(row) for row in found]

    def reports_by(self, source: str, reporter: str) -> Sequence[Report]:
        query = select(reports).filter_by(source=source, reporter=reporter)
        found = self._connection.execute(query.order_by(reports.c.reported_at)).mappings()
        return [rows.report_from_row(row) for row in found]

    def expired_comments(self, since: datetime, after: str, limit: int) -> Sequence[Comment]:
        query = select(comments).where(comments.c.id > after, *_is_expired(since))
        return self._comments(query.order_by(comments.c.id).limit(limit))

    def expired_addresses(self, since: datetime, after: str, limit: int) -> Sequence[Comment]:
        has_address = comments.c.author_email.is_not(None)
        query = select(comments).where(comments.c.id > after, has_address, *_is_expired(since))
        return self._comments(query.order_by(comments.c.id).limit(limit))

    def expired_reports(self, since: datetime, limit: int) -> Sequence[Report]:
        of_it = outbox.c.revision_id == reports.c.revision_id
        told = outbox.c.audience == Audience.REPORTERS.value
        is_open = cases.c.status.in_(_OPEN)
        query = select(reports).where(
            reports.c.reported_at < rows.to_micros(since),
            ~reports.c.reporter.startswith(erased_name("")),
            ~exists().where(cases.c.revision_id == reports.c.revision_id, is_open),
            ~exists().where(of_it, told, IS_PENDING),
        )
        found = self._connection.execute(query.order_by(reports.c.id).limit(limit)).mappings()
        return [rows.report_from_row(row) for row in found]

    def is_expired(self, comment_id: str, since: datetime) -> bool:
        query = select(comments).where(comments.c.id == comment_id, *_is_expired(since))
        return bool(self._comments(query))

    def mutes_in_audit(self, source: str, reporter: str) -> Sequence[int]:
        query = select(audit_events.c.seq).where(
            audit_events.c.subject_id == f"{source}:{reporter}", audit_events.c.kind.in_(_OF_MUTES)
        )
        return list(self._connection.execute(query.order_by(audit_events.c.seq)).scalars())

    def _comments(self, query: Select[Any]) -> Sequence[Comment]:
        found = self._connection.execute(query).mappings()
        return [rows.comment_from_row(row) for row in found]


class SqlErasureWrites(SqlErasureReads):
    """The part of `core.store.base.Writer` about erasure."""

    def add_audit(self, audit: AuditEvent) -> None:
        """Supplied by the writer."""
        raise NotImplementedError

    def erase_comment(
        self, comment: Comment, erased_at: datetime, audits: Mapping[str, AuditEvent]
    ) -> None:
        for revision_id, audit in audits.items():
            self._erase_revision(revision_id)
            self.add_audit(audit)
        self._connection.execute(
            update(comments)
            .where(comments.c.id == comment.id)
            .values(author=ERASED, author_email=None, erased_at=rows.to_micros(erased_at))
        )
        self._end_messages(comment.id, rows.to_micros(erased_at))

    def _end_messages(self, comment_id: str, now: int) -> None:
        """Those to the author lead to a page that is gone; the site still hears what to show."""
        of_it = update(outbox).where(outbox.c.comment_id == comment_id)
        to_author = (IS_PENDING, outbox.c.audience == Audience.AUTHOR.value)
        ended = {"state": MessageState.NOT_NEEDED.value, "ended_at": now}
        self._connection.execute(of_it.where(*to_author).values(ended))
        self._connection.execute(of_it.values(detail=""))

    def _erase_revision(self, revision_id: str) -> None:
        looks = select(second_looks.c.id).where(second_looks.c.revision_id == revision_id)
        number = select(near_texts.c.number).where(near_texts.c.revision_id == revision_id)
        for statement in (
            update(revisions)
            .where(revisions.c.id == revision_id)
            .values(original="", body="", reference=new_reference()),
            update(decisions)
            .where(decisions.c.revision_id == revision_id)
            .values(note="", internal_note=""),
            update(cases)
            .where(cases.c.revision_id == revision_id)
            .values(author=ERASED, text_key=None),
            delete(near_bands).where(near_bands.c.number.in_(number)),
            delete(near_texts).where(near_texts.c.revision_id == revision_id),
            update(reports).where(reports.c.revision_id == revision_id).values(words=""),
            update(golden_answers).where(golden_answers.c.look_id.in_(looks)).values(note=""),
            update(second_looks)
            .where(second_looks.c.revision_id == revision_id)
            .values(second_note="", settled_note=""),
            update(appeals).where(appeals.c.revision_id == revision_id).values(words=""),
            # The words of an appeal that the console closed are its own and name nobody.
            update(appeals)
            .where(appeals.c.revision_id == revision_id, appeals.c.status.in_(_HEARD))
            .values(outcome_reason=""),
        ):
            self._connection.execute(statement)

    def erase_addresses(self, comment_ids: Sequence[str], audit: AuditEvent) -> None:
        self._connection.execute(
            update(comments).where(comments.c.id.in_(comment_ids)).values(author_email=None)
        )
        self.add_audit(audit)

    def erase_reports(self, names: Mapping[str, str], audit: AuditEvent) -> None:
        for report_id, name in names.items():
            self._connection.execute(
                update(reports).where(reports.c.id == report_id).values(reporter=name, words="")
            )
        self.add_audit(audit)

    def erase_threads(self, source: str, author: str) -> int:
        erased = self._connection.execute(
            update(threads)
            .where(threads.c.source == source, threads.c.author == author)
            .values(title=ERASED, author=ERASED)
        )
        return erased.rowcount

    def erase_reporter(
        self, source: str, reporter: str, name: str, mutes: Sequence[int], audit: AuditEvent
    ) -> int:
        for seq in mutes:
            self._erase_event(seq)
        self._connection.execute(
            update(muted_reporters)
            .where(muted_reporters.c.source == source, muted_reporters.c.reporter == reporter)
            .values(reporter=name, because="")
        )
        erased = self._connection.execute(
            update(reports)
            .where(reports.c.source == source, reports.c.reporter == reporter)
            .values(reporter=name, words="")
        )
        self.add_audit(audit)
        return erased.rowcount

    def _erase_event(self, seq: int) -> None:
        """Keep the digest of what the event said, on which the chain rests, in its place."""
        columns = [audit_events.c[name] for name in StoredEvent._fields]
        found = self._connection.execute(select(*columns).where(audit_events.c.seq == seq))
        event = StoredEvent(*found.one())
        self._connection.execute(
            update(audit_events)
            .where(audit_events.c.seq == seq)
            .values(subject_id=ERASED, data="{}", erased_digest=digest_of(event))
        )


def _is_expired(since: datetime) -> list[ColumnElement[bool]]:
    """The conditions on a comment: nothing happened on it since then, and nothing waits."""
    at = rows.to_micros(since)
    of_it = revisions.c.comment_id == comments.c.id
    decided = decisions.c.revision_id == revisions.c.id
    appealed = appeals.c.revision_id == revisions.c.id
    return [
        comments.c.erased_at.is_(None),
        exists().where(of_it, revisions.c.is_latest == 1, revisions.c.received_at < at),
        ~exists().where(of_it, decided, decisions.c.effective_at >= at),
        ~exists().where(of_it, appealed, appeals.c.status == AppealStatus.PENDING.value),
        ~exists().where(of_it, appealed, func.coalesce(appeals.c.heard_at, 0) >= at),
        ~exists().where(of_it, cases.c.revision_id == revisions.c.id, cases.c.status.in_(_OPEN)),
        ~exists().where(outbox.c.comment_id == comments.c.id, IS_PENDING),
    ]
