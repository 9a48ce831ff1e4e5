"""What a lead looks at first: cases that others could not or may not decide, or that wait too long.
Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.moderation.cases import CaseStatus, CaseTrigger
from core.moderation.queue import Count, QueueFilter

_WAITING = (CaseStatus.OPEN, CaseStatus.ESCALATED)


class InboxKind(StrEnum):
    """Why a case is in the inbox; one may be there for several reasons."""

    ESCALATED = "escalated"
    OVERDUE = "overdue"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class InboxItem:
    """How many cases are in the inbox for that reason, and when the oldest was opened."""

    kind: InboxKind
    count: Count
    oldest_at: datetime | None


def inbox_filter(kind: InboxKind, review_hours: int) -> QueueFilter:
    """The filter of the queue that lists those cases. `review_hours` is how long a case should wait
    at most."""
    if kind is InboxKind.ESCALATED:
        return QueueFilter(statuses=(CaseStatus.ESCALATED,))
    if kind is InboxKind.REOPENED:
        return QueueFilter(statuses=_WAITING, trigger=CaseTrigger.REOPENED)
    waiting_s = int(timedelta(hours=review_hours).total_seconds())
    return QueueFilter(statuses=_WAITING, waiting_s=waiting_s)
