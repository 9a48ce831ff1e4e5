"""The writes. Audit events are stored in the transaction of the change they describe."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, Table, bindparam, insert, select, update

from core.moderation.alike import signature_of
from core.moderation.appeals import Appeal
from core.moderation.audit import AuditEvent
from core.moderation.cases import Case, CaseStatus
from core.moderation.comments import Comment, IncomingThread, Revision
from core.moderation.decisions import Decision
from core.moderation.outbox import Channel, ends_reports, messages_of_appeal, messages_of_decision
from core.store.sql import rows
from core.store.sql.appeals import SqlAppealWrites
from core.store.sql.audit_chain import event_values, insert_event
from core.store.sql.case_facts import case_facts, change_cases_of, note_decided
from core.store.sql.claims import SqlClaimWrites
from core.store.sql.erasure import SqlErasureWrites
from core.store.sql.outbox import SqlOutboxWrites
from core.store.sql.people_writes import SqlPeopleWrites
from core.store.sql.policies import SqlPolicyWrites
from core.store.sql.postgres.decide import decide
from core.store.sql.prepared import Prepared, prepared_insert
from core.store.sql.quality import SqlQualityWrites
from core.store.sql.reader import SqlReader
from core.store.sql.reports import SqlReportWrites
from core.store.sql.search_writes import SqlSearchWrites
from core.store.sql.tables import (
    cases,
    comments,
    decisions,
    metadata,
    near_bands,
    near_texts,
    revisions,
    threads,
)

_INSERTS = {table: prepared_insert(table) for table in metadata.tables.values()}
_ADD_EVENT = Prepared(insert_event())
_DECIDE = Prepared(
    update(revisions)
    .where(revisions.c.id == bindparam("revision"), revisions.c.version == bindparam("seen"))
    .values(
        version=bindparam("next"),
        current_decision_id=bindparam("decision"),
        current_action=bindparam("action"),
    )
)
_TEXT = Prepared(select(revisions.c.body).where(revisions.c.id == bindparam("revision")))
_NUMBER_TEXT = Prepared(
    insert(near_texts).returning(near_texts.c.number), columns=["revision_id", "size"]
)


class SqlWriter(
    SqlReader,
    SqlAppealWrites,
    SqlClaimWrites,
    SqlErasureWrites,
    SqlOutboxWrites,
    SqlPeopleWrites,
    SqlPolicyWrites,
    SqlQualityWrites,
    SqlReportWrites,
    SqlSearchWrites,
):
    """Implements `core.store.base.Writer` on one open write transaction.

    The transaction holds the only write lock, so nothing changes between a check and its write.
    """

    def __init__(
        self,
        connection: Connection,
        channels: Collection[Channel],
        *,
        tells_reporters: bool = False,
    ) -> None:
        """`channels` are those that the site configured: each gets its messages."""
        super().__init__(connection)
        self._channels = channels
        self._tells_reporters = tells_reporters

    def add_thread(self, thread: IncomingThread) -> bool:
        key = (threads.c.source == thread.source, threads.c.source_id == thread.source_id)
        if self._one(threads.select().where(*key)) is not None:
            return False
        self._insert(
            threads,
            source=thread.source,
            source_id=thread.source_id,
            title=thread.title,
            author=thread.author,
            created_at=rows.to_micros(thread.created_at),
        )
        return True

    def add_comment(self, comment: Comment, revision: Revision, audit: AuditEvent) -> None:
        self._insert(comments, **rows.comment_to_row(comment))
        self._add_revision(revision, audit)
        self._enter_text(revision, comment.author)

    def add_revision(self, revision: Revision, audit: AuditEvent) -> None:
        self._add_revision(revision, audit)
        self._enter_text(revision)

    def _add_revision(self, revision: Revision, audit: AuditEvent) -> None:
        if revision.number > 1:
            older = revisions.c.comment_id == revision.comment_id
            self._connection.execute(update(revisions).where(older).values(is_latest=0))
            change_cases_of(self._connection, revision.comment_id, is_text_gone=1)
        self._insert(
            revisions,
            id=revision.id,
            comment_id=revision.comment_id,
            number=revision.number,
            original=revision.original,
            body=revision.text,
            reference=revision.reference,
            received_at=rows.to_micros(revision.received_at),
            is_latest=1,
            version=0,
        )
        self.add_audit(audit)

    def complete_comment(self, comment: Comment, audit: AuditEvent) -> None:
        self._connection.execute(
            update(comments)
            .where(comments.c.id == comment.id)
            .values(**rows.comment_to_row(comment))
        )
        change_cases_of(self._connection, comment.id, author=comment.author)
        self._enter_author(comment)
        self.add_audit(audit)

    def withdraw_comment(self, comment_id: str, withdrawn_at: datetime, audit: AuditEvent) -> None:
        self._connection.execute(
            update(revisions)
            .where(revisions.c.comment_id == comment_id, revisions.c.withdrawn_at.is_(None))
            .values(withdrawn_at=rows.to_micros(withdrawn_at))
        )
        change_cases_of(self._connection, comment_id, is_text_gone=1)
        self._leave_search(comment_id)
        self.add_audit(audit)

    def add_decision(
        self,
        decision: Decision,
        *,
        seen_version: int,
        idempotency_key: str,
        audit: AuditEvent,
        case_status: CaseStatus | None = None,
    ) -> bool:
        is_stored = self._add_decision(decision, seen_version, idempotency_key, audit, case_status)
        if is_stored and self._channels:
            asks = self._tells_reporters and ends_reports(decision)
            revision = self.revision(decision.revision_id) if asks else None
            is_told = revision is not None and self.waits_for_answer(revision)
            self._add_messages(
                messages_of_decision(decision, self._channels, tells_reporters=is_told)
            )
        return is_stored

    def _add_decision(
        self,
        decision: Decision,
        seen_version: int,
        idempotency_key: str,
        audit: AuditEvent,
        case_status: CaseStatus | None,
    ) -> bool:
        if self._connection.dialect.name == "postgresql":
            given = {
                "seen": seen_version,
                "position": seen_version + 1,
                "idempotency_key": idempotency_key,
                "case_status": case_status.value if case_status else None,
            }
            return decide(self._connection, decision, given, audit)
        moved = _DECIDE.run(
            self._connection,
            {
                "revision": decision.revision_id,
                "seen": seen_version,
                "next": seen_version + 1,
                "decision": decision.id,
                "action": decision.action.value,
            },
        )
        if moved.rowcount == 0:
            return False
        row = rows.decision_to_row(decision)
        self._insert(decisions, **row, position=seen_version + 1, idempotency_key=idempotency_key)
        if seen_version:  # before the first decision there is no case
            note_decided(self._connection, decision, case_status)
        self.add_audit(audit)
        return True

    def open_case(self, case: Case) -> None:
        row = rows.case_to_row(case) | case_facts(self._connection, case)
        row["text_key"] = self._sign(case.revision_id)
        self._insert(cases, id=case.id, revision_id=case.revision_id, **row)

    def _sign(self, revision_id: str) -> int:
        """Store the bands of the revision's text, by which texts alike find it, and return its
        key."""
        text = self._first(_TEXT, revision=revision_id)
        signature = signature_of(text["body"] if text else "")
        row = {"revision_id": revision_id, "size": signature.size}
        number = _NUMBER_TEXT.run(self._connection, row).scalar_one()
        for band in set(signature.bands):
            self._insert(near_bands, band=band, number=number)
        return signature.text_key

    def change_case(self, case: Case) -> None:
        row = rows.case_to_row(case) | case_facts(self._connection, case)
        self._connection.execute(update(cases).where(cases.c.id == case.id).values(**row))

    def end_appeal(self, appeal: Appeal, audit: AuditEvent) -> bool:
        is_ended = super().end_appeal(appeal, audit)
        if is_ended:
            self._add_messages(messages_of_appeal(appeal, self._channels))
        return is_ended

    def add_audit(self, audit: AuditEvent) -> None:
        _ADD_EVENT.run(self._connection, event_values(audit))

    def _insert(self, table: Table, **row: object) -> None:
        _INSERTS[table].run(self._connection, row)
