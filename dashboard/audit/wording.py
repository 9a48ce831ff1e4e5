"""The sentences of the audit page. Pure."""

from collections.abc import Sequence
from datetime import tzinfo

import pandas as pd

from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.invisible import escape_invisible

EVERYTHING, EVERYBODY = "everything", "everybody"
KINDS: dict[AuditKind, str] = {
    AuditKind.COMMENT_STORED: "comment stored",
    AuditKind.COMMENT_EDITED: "comment edited",
    AuditKind.COMMENT_COMPLETED: "comment completed by its source",
    AuditKind.COMMENT_WITHDRAWN: "comment withdrawn",
    AuditKind.COMMENT_ERASED: "comment erased",
    AuditKind.DECISION_AUTOMATED: "decided without a person",
    AuditKind.DECISION_REVIEWED: "decided by a person",
    AuditKind.DECISION_UNDONE: "decision undone",
    AuditKind.DECISION_REOPENED: "decision reopened",
    AuditKind.GROUP_DECIDED: "group decided",
    AuditKind.GROUP_UNDONE: "group undone",
    AuditKind.CASE_SKIPPED: "case skipped",
    AuditKind.APPEAL_FILED: "appeal filed",
    AuditKind.APPEAL_LOOKED_AT: "first look at an appeal",
    AuditKind.APPEAL_UPHELD: "appeal heard: upheld",
    AuditKind.APPEAL_OVERTURNED: "appeal heard: overturned",
    AuditKind.APPEAL_CLOSED: "appeal closed",
    AuditKind.SECOND_LOOK_ANSWERED: "second look answered",
    AuditKind.DISAGREEMENT_SETTLED: "disagreement settled",
    AuditKind.GOLDEN_MADE: "golden item made",
    AuditKind.GOLDEN_DROPPED: "golden item dropped",
    AuditKind.COMMENT_REPORTED: "comment reported",
    AuditKind.REPORTER_MUTED: "reporter muted",
    AuditKind.REPORTER_UNMUTED: "reporter unmuted",
    AuditKind.REPORTER_ERASED: "name of a reporter erased",
    AuditKind.ADDRESS_ERASED: "addresses of authors erased",
    AuditKind.POLICY_STORED: "policy stored",
    AuditKind.POLICY_DRAFTED: "policy drafted",
    AuditKind.POLICY_PROPOSED: "policy proposed",
    AuditKind.POLICY_PUBLISHED: "policy published",
    AuditKind.POLICY_DISCARDED: "draft of a policy discarded",
    AuditKind.PREFERENCES_CHANGED: "preferences changed",
    AuditKind.READ_LIMIT_NOTED: "reading limit changed",
    AuditKind.AUDIT_EXPORTED: "audit log exported",
    AuditKind.AUTHOR_EXPORTED: "data of an author exported",
    AuditKind.STATE_RESTORED: "state restored from a backup",
    AuditKind.KEY_CREATED: "API key made",
    AuditKind.KEY_ROTATED: "API key rotated",
    AuditKind.KEY_REVOKED: "API key revoked",
    AuditKind.PERSON_INVITED: "Person invited",
    AuditKind.PERSON_GIVEN_ROLES: "Roles given",
    AuditKind.PERSON_DISABLED: "Person disabled",
    AuditKind.PERSON_ENABLED: "Person enabled again",
    AuditKind.STATEMENTS_EXPORTED: "statements of reasons exported",
    AuditKind.OUTBOX_REPLAYED: "dead message sent again",
    AuditKind.DIGEST_SENT: "digest sent",
    AuditKind.DIGEST_FAILED: "digest not taken",
    AuditKind.LOAD_TEST_STARTED: "load test started",
    AuditKind.LOAD_TEST_STOPPED: "load test told to stop",
}
NOTHING = "No event fits these filters."
HOW_TO_CHECK = (
    "Each event has a link made of the one before it. modconsole audit verify checks them all, "
    "and says where an event was changed, deleted or moved."
)


def kind_of(words: str) -> AuditKind | None:
    """The kind with those words, None for EVERYTHING."""
    return next((kind for kind, said in KINDS.items() if said == words), None)


def event_frame(events: Sequence[AuditEvent], zone: tzinfo) -> pd.DataFrame:
    """A row for each event. What people and sources wrote is shown with its invisible characters
    spelt out."""
    return pd.DataFrame(
        {
            "when": [f"{event.occurred_at.astimezone(zone):%Y-%m-%d %H:%M:%S}" for event in events],
            "what": [KINDS[event.kind] for event in events],
            "who": [escape_invisible(event.actor) for event in events],
            "about": [escape_invisible(event.subject_id) for event in events],
            "details": [_details(event) for event in events],
        }
    )


def _details(event: AuditEvent) -> str:
    told = (f"{name} {value}".strip() for name, value in event.data.items() if value)
    return escape_invisible(", ".join(told))
