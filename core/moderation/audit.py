"""Audit events: what happened, who did it and when. An event is stored in the same transaction as
the change it describes and is never edited."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class AuditKind(StrEnum):
    """The kinds of audit events. The strings are stored, so changing one needs a migration."""

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
    PREFERENCES_CHANGED = "preferences.changed"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One entry of the audit trail. `subject_id` is the id of the revision it is about, a policy
    version, or the person whose preferences changed.

    `data` holds only ids and codes, never the text of a comment.
    """

    id: str
    kind: AuditKind
    actor: str
    subject_id: str
    occurred_at: datetime
    data: Mapping[str, str] = field(default_factory=dict)
