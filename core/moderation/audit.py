"""What happened, who did it, when: written in the same transaction as the change, never edited."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class AuditKind(StrEnum):
    """Stored strings: changing one is a migration."""

    COMMENT_STORED = "comment.stored"
    COMMENT_EDITED = "comment.edited"
    COMMENT_COMPLETED = "comment.completed"
    COMMENT_WITHDRAWN = "comment.withdrawn"
    DECISION_AUTOMATED = "decision.automated"
    DECISION_REVIEWED = "decision.reviewed"
    DECISION_UNDONE = "decision.undone"
    DECISION_REOPENED = "decision.reopened"
    CASE_SKIPPED = "case.skipped"
    APPEAL_FILED = "appeal.filed"
    APPEAL_UPHELD = "appeal.upheld"
    APPEAL_OVERTURNED = "appeal.overturned"
    APPEAL_CLOSED = "appeal.closed"
    POLICY_STORED = "policy.stored"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One line of the audit trail. `subject_id` is the revision (or policy version) it is about.

    `data` names ids and codes only: a comment's text never enters the trail.
    """

    id: str
    kind: AuditKind
    actor: str
    subject_id: str
    occurred_at: datetime
    data: Mapping[str, str] = field(default_factory=dict)
