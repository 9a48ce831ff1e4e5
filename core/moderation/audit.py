"""Audit events: what happened, who did it and when. An event is stored in the same transaction as
the change it describes and is never edited."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

READ_LIMIT = "read_limit"
"""The subject of events on how much of a long text is read."""
AUDIT_LOG = "audit_log"
"""The subject of events on the audit log itself."""
STATEMENTS = "statements"
"""The subject of events on exports of statements of reasons."""
OUTBOX = "outbox"
"""The subject of events on messages to the site and to authors."""


class AuditKind(StrEnum):
    """The kinds of audit events. The strings are stored, so changing one needs a migration."""

    COMMENT_STORED = "comment.stored"
    COMMENT_EDITED = "comment.edited"
    COMMENT_COMPLETED = "comment.completed"
    COMMENT_WITHDRAWN = "comment.withdrawn"
    COMMENT_ERASED = "comment.erased"
    DECISION_AUTOMATED = "decision.automated"
    DECISION_REVIEWED = "decision.reviewed"
    DECISION_UNDONE = "decision.undone"
    DECISION_REOPENED = "decision.reopened"
    GROUP_DECIDED = "group.decided"
    GROUP_UNDONE = "group.undone"
    CASE_SKIPPED = "case.skipped"
    APPEAL_FILED = "appeal.filed"
    APPEAL_LOOKED_AT = "appeal.looked_at"
    APPEAL_UPHELD = "appeal.upheld"
    APPEAL_OVERTURNED = "appeal.overturned"
    APPEAL_CLOSED = "appeal.closed"
    SECOND_LOOK_ANSWERED = "second_look.answered"
    DISAGREEMENT_SETTLED = "disagreement.settled"
    GOLDEN_MADE = "golden.made"
    GOLDEN_DROPPED = "golden.dropped"
    COMMENT_REPORTED = "comment.reported"
    REPORTER_MUTED = "reporter.muted"
    REPORTER_UNMUTED = "reporter.unmuted"
    REPORTER_ERASED = "reporter.erased"
    ADDRESS_ERASED = "address.erased"
    POLICY_STORED = "policy.stored"
    POLICY_DRAFTED = "policy.drafted"
    POLICY_PROPOSED = "policy.proposed"
    POLICY_PUBLISHED = "policy.published"
    POLICY_DISCARDED = "policy.discarded"
    PREFERENCES_CHANGED = "preferences.changed"
    READ_LIMIT_NOTED = "read_limit.noted"
    AUDIT_EXPORTED = "audit.exported"
    STATEMENTS_EXPORTED = "statements.exported"
    OUTBOX_REPLAYED = "outbox.replayed"
    DIGEST_SENT = "digest.sent"
    DIGEST_FAILED = "digest.failed"
    LOAD_TEST_STARTED = "load_test.started"
    LOAD_TEST_STOPPED = "load_test.stopped"
    AUTHOR_EXPORTED = "author.exported"
    STATE_RESTORED = "state.restored"
    KEY_CREATED = "key.created"
    KEY_ROTATED = "key.rotated"
    KEY_REVOKED = "key.revoked"
    PERSON_INVITED = "person.invited"
    PERSON_GIVEN_ROLES = "person.given_roles"
    PERSON_DISABLED = "person.disabled"
    PERSON_ENABLED = "person.enabled"


DECIDING = (
    AuditKind.DECISION_AUTOMATED,
    AuditKind.DECISION_REVIEWED,
    AuditKind.DECISION_UNDONE,
    AuditKind.DECISION_REOPENED,
)
"""Each of them names the one decision that was stored with it."""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which audit events are wanted; None lets all through. `since` is part of the span of time,
    `until` is not."""

    kind: AuditKind | None = None
    actor: str | None = None
    subject_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One entry of the audit trail. `subject_id` is the id of the revision, of the group or of the
    draft of a policy it is about, a policy version, a reporter as SOURCE:REPORTER, the person whose
    preferences changed, READ_LIMIT, AUDIT_LOG, STATEMENTS or OUTBOX. An event that named a reporter
    whose name was erased has ERASED (core.moderation.erasure) instead.

    `data` holds ids, codes and a lead's words on a reporter, never the text of a comment.
    """

    id: str
    kind: AuditKind
    actor: str
    subject_id: str
    occurred_at: datetime
    data: Mapping[str, str] = field(default_factory=dict)
