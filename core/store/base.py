"""The interfaces of the store of the moderation state: services use them, `SqlStore` implements
them.

Every write runs inside `Store.write()`: one transaction, committed at the end of the block or not
at all. A method that changes a comment, a decision, an appeal, a report, a muted reporter, a policy
or a draft of one, or somebody's roles, takes the audit event and stores it with the change. The
methods for cases take none: a case changes only together with one of these, which has an event; so
is a second look drawn only with a decision. A thread's title is not moderated and a sign-in changes
nothing: they have none. Nor have claims: who had a case open for some minutes is no part of its
history. Nor have the attempts to send a message, which are kept with it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from core.moderation.audit import AuditEvent
from core.moderation.cases import Case, CaseStatus
from core.moderation.claims import Claim
from core.moderation.comments import Comment, IncomingThread, Revision
from core.moderation.decisions import Decision
from core.moderation.edits import EarlierText
from core.store.appeal_base import AppealReader, AppealWriter
from core.store.audit_base import AuditReader
from core.store.erasure_base import ErasureReader, ErasureWriter
from core.store.history_base import HistoryReader
from core.store.near_base import NearReader
from core.store.outbox_base import OutboxReader, OutboxWriter
from core.store.people_base import PeopleReader, PeopleWriter
from core.store.policy_base import PolicyReader, PolicyWriter
from core.store.quality_base import QualityReader, QualityWriter
from core.store.queue_base import QueueReader
from core.store.report_base import ReportReader, ReportWriter
from core.store.transparency_base import TransparencyReader
from core.store.views import (
    AuthorRecord,
    CaseWork,
    LanguageCount,
    OwnDecision,
    QueueCount,
    ScoredText,
    ThreadEntry,
)
from core.store.work_base import WorkReader


class Reader(
    AppealReader,
    AuditReader,
    ErasureReader,
    HistoryReader,
    NearReader,
    OutboxReader,
    PeopleReader,
    PolicyReader,
    QualityReader,
    QueueReader,
    ReportReader,
    TransparencyReader,
    WorkReader,
    Protocol,
):
    """Reads of one consistent snapshot. For a missing row they return None or an empty sequence."""

    def comment(self, comment_id: str) -> Comment | None: ...

    def comment_by_source(self, source: str, source_id: str) -> Comment | None: ...

    def latest_revision(self, comment_id: str) -> Revision | None: ...

    def revision(self, revision_id: str) -> Revision | None: ...

    def revision_by_reference(self, reference: str) -> Revision | None: ...

    def any_revision(self, draw: str) -> Revision | None:
        """One of all revisions, drawn by a random id; None only if there is none."""
        ...

    def earlier_texts(self, revision: Revision) -> Iterator[EarlierText]:
        """The comment's texts before that revision, newest first; each is read when the iterator
        reaches it."""
        ...

    def waits_for_answer(self, revision: Revision) -> bool:
        """Whether somebody reported the text, or an earlier one of its comment that was edited or
        withdrawn before anybody decided."""
        ...

    def received_after(self, revision: Revision) -> datetime:
        """When the revision after this one was received. Raises StoreError for the newest."""
        ...

    def waiting_revisions(self, limit: int) -> Sequence[Revision]:
        """Latest revisions that have no decision and are not withdrawn, oldest first."""
        ...

    def count_waiting(self) -> int: ...

    def failed_revisions(self, limit: int, after: Revision | None) -> Sequence[Revision]:
        """Latest revisions whose current decision is the failure policy's, oldest first, starting
        after the revision `after`."""
        ...

    def count_failed(self) -> int:
        """The number of all `failed_revisions`."""
        ...

    def revisions_held_for_language(
        self, languages: Collection[str] | None, limit: int, after: Revision | None
    ) -> Sequence[Revision]:
        """Latest revisions in one of `languages` (None: in any) that wait for a person because no
        backend assessed their language, oldest first, starting after the revision `after`."""
        ...

    def revisions_not_read_whole(self, limit: int, after: Revision | None) -> Sequence[Revision]:
        """Latest revisions that wait for a person only because they were not read to their end,
        oldest first, starting after the revision `after`."""
        ...

    def is_empty(self) -> bool:
        """Whether no comment was ever stored."""
        ...

    def decision_chain(self, revision_id: str) -> Sequence[Decision]:
        """All decisions of a revision, oldest first; the last is the current one. It may not be in
        force yet: core/moderation/effect.py."""
        ...

    def own_decisions(self, actor_id: str, since: datetime, limit: int) -> Sequence[OwnDecision]:
        """The actor's decisions on cases since `since`, reopenings among them, that were not undone
        and have nobody else's standing decision above them: the newest `limit` of them, newest
        last. Without comments that were withdrawn, edited or appealed."""
        ...

    def decision_by_key(self, idempotency_key: str) -> Decision | None: ...

    def chain_and_replay(
        self, revision_id: str, idempotency_key: str
    ) -> tuple[Sequence[Decision], Decision | None]:
        """`decision_chain` and `decision_by_key` in one statement."""
        ...

    def case(self, case_id: str) -> Case | None: ...

    def case_of(self, revision_id: str) -> Case | None: ...

    def case_work(self, revision_id: str) -> CaseWork | None:
        """What a decision has to check, in one statement; None for an unknown revision."""
        ...

    def claims(self, revision_ids: Collection[str]) -> Mapping[str, Claim]:
        """By revision, where there is one; in one statement. They may have run out."""
        ...

    def queue_count(self) -> QueueCount: ...

    def ancestors(self, comment: Comment, limit: int) -> Sequence[ThreadEntry]:
        """The comments and the thread title above the comment: the nearest `limit`, root first."""
        ...

    def author_record(self, source: str, author: str) -> AuthorRecord: ...

    def language_count(self, limit: int) -> LanguageCount:
        """Over the newest `limit` automated decisions."""
        ...

    def scored_texts(self, limit: int) -> Sequence[ScoredText]:
        """Texts whose decision was made from a model's scores, newest first."""
        ...


class Writer(
    Reader,
    AppealWriter,
    ErasureWriter,
    OutboxWriter,
    PeopleWriter,
    PolicyWriter,
    QualityWriter,
    ReportWriter,
    Protocol,
):
    """The writes, and the reads of Reader inside the write transaction."""

    def add_thread(self, thread: IncomingThread) -> bool:
        """False if the thread is stored already."""
        ...

    def add_comment(self, comment: Comment, revision: Revision, audit: AuditEvent) -> None: ...

    def add_revision(self, revision: Revision, audit: AuditEvent) -> None:
        """Store the comment's new latest revision."""
        ...

    def complete_comment(self, comment: Comment, audit: AuditEvent) -> None:
        """Set the author, time and parent of the comment with that id."""
        ...

    def withdraw_comment(self, comment_id: str, withdrawn_at: datetime, audit: AuditEvent) -> None:
        """Mark all revisions of the comment as withdrawn, except those that are already."""
        ...

    def add_decision(
        self,
        decision: Decision,
        *,
        seen_version: int,
        idempotency_key: str,
        audit: AuditEvent,
        case_status: CaseStatus | None = None,
    ) -> bool:
        """Store the decision as the current one, the status that it gives the case of its text,
        and the messages about it. False, with nothing written, if the revision's version is no
        longer `seen_version`."""
        ...

    def open_case(self, case: Case) -> None: ...

    def change_case(self, case: Case) -> None:
        """Set everything but the revision of the case with that id."""
        ...

    def put_claim(self, claim: Claim) -> None:
        """Store it in place of the case's earlier one."""
        ...

    def drop_claim(self, revision_id: str) -> None: ...

    def add_audit(self, audit: AuditEvent) -> None:
        """Store an event without any other change."""
        ...


class Store(Protocol):
    """The state store. Threads may share it; each `read` or `write` block has its own snapshot or
    turn."""

    def read(self) -> AbstractContextManager[Reader]: ...

    def write(self) -> AbstractContextManager[Writer]:
        """A write transaction; only one runs at a time, across processes. Once the block has ended
        without an error, its writes are on disk."""
        ...

    def together(self) -> AbstractContextManager[None]:
        """Write transactions of this thread in the block share one commit, at its end: until then
        their writes are not on disk, although each has succeeded or failed by itself. Raises
        StoreError if nothing of them was kept."""
        ...

    def check_writable(self) -> None:
        """Raises StoreError if nothing can be stored now; never waits long."""
        ...

    def purge(self) -> None:
        """Removes words that the tables no longer hold from wherever else the database keeps them
        for now: its log and the index of the search. In many short transactions."""
        ...

    def close(self) -> None: ...
