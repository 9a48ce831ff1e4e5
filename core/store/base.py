"""What a store of the moderation state offers. Services use these; an adapter implements them.

Every write runs inside `Store.write()`: one transaction, committed at the end of the block or
not at all. A change by a person or a rule is written together with its audit event: the methods
that make one take it. Those that follow from such a change (a case opened by a decision, a thread's
title) take none.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from core.moderation.appeals import Appeal
from core.moderation.audit import AuditEvent
from core.moderation.cases import Case, CaseStatus
from core.moderation.comments import Comment, IncomingThread, Revision
from core.moderation.decisions import Decision
from core.moderation.edits import EarlierText
from core.moderation.policies import Policy
from core.store.views import (
    AppealItem,
    AuthorRecord,
    QueueCount,
    QueueItem,
    ScoredText,
    ThreadEntry,
)


class Reader(Protocol):
    """Reads of one consistent moment. A missing row is None or an empty sequence."""

    def comment(self, comment_id: str) -> Comment | None: ...

    def comment_by_source(self, source: str, source_id: str) -> Comment | None: ...

    def latest_revision(self, comment_id: str) -> Revision | None: ...

    def revision(self, revision_id: str) -> Revision | None: ...

    def revision_by_reference(self, reference: str) -> Revision | None: ...

    def earlier_texts(self, revision: Revision) -> Iterator[EarlierText]:
        """The comment's texts before that one, newest first, each read when it is asked for."""
        ...

    def received_after(self, revision: Revision) -> datetime:
        """When the text that replaced that one came in. Raises StoreError for the newest."""
        ...

    def waiting_revisions(self, limit: int) -> Sequence[Revision]:
        """Latest revisions without a decision that nobody withdrew, oldest first."""
        ...

    def count_waiting(self) -> int: ...

    def failed_revisions(self, limit: int, after: Revision | None) -> Sequence[Revision]:
        """Latest revisions whose current decision is the failure policy's, oldest first, beginning
        after that one."""
        ...

    def count_failed(self) -> int:
        """How many `failed_revisions` there are."""
        ...

    def is_empty(self) -> bool:
        """Whether no comment was ever stored."""
        ...

    def decision_chain(self, revision_id: str) -> Sequence[Decision]:
        """All decisions of a revision, oldest first; the last is the current one."""
        ...

    def own_decisions(
        self, actor_id: str, since: datetime, limit: int
    ) -> Sequence[tuple[str, int]]:
        """What that person decided on cases since then and still stands: revision and version, the
        newest `limit` of them, newest last."""
        ...

    def decision_by_key(self, idempotency_key: str) -> Decision | None: ...

    def case(self, case_id: str) -> Case | None: ...

    def case_of(self, revision_id: str) -> Case | None: ...

    def appeal(self, appeal_id: str) -> Appeal | None: ...

    def appeal_of(self, revision_id: str) -> Appeal | None:
        """The latest appeal of the revision."""
        ...

    def policy(self, version: int) -> Policy | None: ...

    def newest_policy(self) -> Policy | None: ...

    def policy_in_force(self) -> Policy:
        """The newest version. Raises StoreError where there is none."""
        ...

    def audit_trail(self, subject_id: str) -> Sequence[AuditEvent]:
        """Events about one subject, oldest first."""
        ...

    def queue(
        self, statuses: Sequence[CaseStatus], label: str | None, limit: int, offset: int = 0
    ) -> Sequence[QueueItem]:
        """Open work, most urgent first; ended work, the last decided first."""
        ...

    def count_cases(self, statuses: Sequence[CaseStatus], label: str | None) -> int:
        """How many cases `queue` lists in all."""
        ...

    def queue_count(self) -> QueueCount: ...

    def ancestors(self, comment: Comment, limit: int) -> Sequence[ThreadEntry]:
        """What the comment answers, root first; at most `limit` nearest entries."""
        ...

    def author_record(self, source: str, author: str) -> AuthorRecord: ...

    def appeals(self, *, pending: bool, limit: int) -> Sequence[AppealItem]:
        """Pending appeals oldest first, or ended ones newest first."""
        ...

    def scored_texts(self, limit: int) -> Sequence[ScoredText]:
        """What rules decided on by a model's scores, newest first."""
        ...


class Writer(Reader, Protocol):
    """The same reads inside a write transaction, and the writes."""

    def add_thread(self, thread: IncomingThread) -> bool:
        """False when it was there already."""
        ...

    def add_comment(self, comment: Comment, revision: Revision, audit: AuditEvent) -> None: ...

    def add_revision(self, revision: Revision, audit: AuditEvent) -> None:
        """The comment's new latest revision."""
        ...

    def complete_comment(self, comment: Comment, audit: AuditEvent) -> None:
        """The comment of that id gets this author, time and parent."""
        ...

    def withdraw_comment(self, comment_id: str, withdrawn_at: datetime, audit: AuditEvent) -> None:
        """Every text of the comment that is not withdrawn yet is from now on."""
        ...

    def add_decision(
        self, decision: Decision, *, seen_version: int, idempotency_key: str, audit: AuditEvent
    ) -> bool:
        """Make the decision current. False, and nothing written, when the revision's version is no
        longer `seen_version`."""
        ...

    def open_case(self, case: Case) -> None: ...

    def change_case(self, case: Case) -> None:
        """The case of that id gets this status, trigger, priority, label and reason of closing."""
        ...

    def set_case_status(self, case_id: str, status: CaseStatus) -> None: ...

    def add_appeal(self, appeal: Appeal, audit: AuditEvent) -> bool:
        """False, and nothing written, when the decision has an appeal already."""
        ...

    def end_appeal(self, appeal: Appeal, audit: AuditEvent) -> bool:
        """Store the outcome. False, and nothing written, when it is no longer pending."""
        ...

    def add_policy(self, policy: Policy, audit: AuditEvent) -> bool:
        """False when the version exists already."""
        ...

    def add_audit(self, audit: AuditEvent) -> None:
        """For events that change nothing else."""
        ...


class Store(Protocol):
    """Safe to share between threads; each block has its own connection."""

    def read(self) -> AbstractContextManager[Reader]: ...

    def write(self) -> AbstractContextManager[Writer]:
        """A serialised write transaction; waits for another process's to end. What was written is
        on disk when the block has ended without an error."""
        ...

    def check_writable(self) -> None:
        """Raises StoreError when nothing can be stored now; never waits long."""
        ...

    def close(self) -> None: ...
