"""The parts of `core.store.base.Reader` and `Writer` about what is kept of one author, and its
erasure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from core.moderation.audit import AuditEvent
from core.moderation.comments import Comment, IncomingThread
from core.moderation.erasure import ErasureCount
from core.moderation.reports import Report


class ErasureReader(Protocol):
    """Reads as those of Reader."""

    def count_of_author(self, source: str, author: str) -> ErasureCount:
        """What bears that name."""
        ...

    def names(self) -> Sequence[tuple[str, str]]:
        """Every (source, author) of a comment or a thread, and every (source, reporter)."""
        ...

    def revision_ids(self, comment_id: str) -> Sequence[str]:
        """The ids of all revisions of a comment, oldest first."""
        ...

    def comments_of_author(self, source: str, author: str, limit: int) -> Sequence[Comment]:
        """Some of them."""
        ...

    def comments_after(self, source: str, author: str, after: str, limit: int) -> Sequence[Comment]:
        """Those of an author, from the one after the id `after`, by id."""
        ...

    def threads_of_author(self, source: str, author: str) -> Sequence[IncomingThread]:
        """Those that the author began, oldest first."""
        ...

    def reports_by(self, source: str, reporter: str) -> Sequence[Report]:
        """On anybody's comments, oldest first."""
        ...

    def expired_comments(self, since: datetime, after: str, limit: int) -> Sequence[Comment]:
        """Comments on which nothing happened since then (no text, decision or appeal) and nothing
        waits (a case, an appeal, a message), from the one after the id `after`, by id."""
        ...

    def expired_addresses(self, since: datetime, after: str, limit: int) -> Sequence[Comment]:
        """Comments with an author's address that are as old as `expired_comments`, likewise."""
        ...

    def expired_reports(self, since: datetime, limit: int) -> Sequence[Report]:
        """Reports made before then, with their reporters' names, on texts of which no case is open
        and no message to reporters waits."""
        ...

    def is_expired(self, comment_id: str, since: datetime) -> bool:
        """Whether `expired_comments` has the comment."""
        ...

    def mutes_in_audit(self, source: str, reporter: str) -> Sequence[int]:
        """The places of the audit events that name the reporter."""
        ...


class ErasureWriter(Protocol):
    """Writes as those of Writer."""

    def erase_comment(
        self, comment: Comment, erased_at: datetime, audits: Mapping[str, AuditEvent]
    ) -> None:
        """Take its author's name, all its texts, and all words about them by anybody; `audits` has
        an event for each text, by its id. References to them lead nowhere afterwards. The comment
        must be withdrawn."""
        ...

    def erase_addresses(self, comment_ids: Sequence[str], audit: AuditEvent) -> None:
        """Take the addresses of these comments' authors."""
        ...

    def erase_reports(self, names: Mapping[str, str], audit: AuditEvent) -> None:
        """Give the reporters of these reports the new `names`, by the reports' ids, and take what
        they wrote."""
        ...

    def erase_threads(self, source: str, author: str) -> int:
        """Take the titles and the author's name; returns of how many."""
        ...

    def erase_reporter(
        self, source: str, reporter: str, name: str, mutes: Sequence[int], audit: AuditEvent
    ) -> int:
        """Call the reporter `name` from now on, and take what they and others wrote about it, also
        in the audit events at these places. Returns the number of the reports."""
        ...
